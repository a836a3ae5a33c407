"""Makes one_cycle.json: 20 steps of PyTorch's OneCycleLR with SGD and Adam on given gradients, momentum and beta1 cycled:
`python3 tests/data/make_one_cycle.py > tests/data/one_cycle.json`, with PyTorch."""
import json

import torch

SIZE, STEPS = 6, 20
torch.manual_seed(0)
start = torch.randn(SIZE)
gradients = torch.randn(STEPS, SIZE)
cases = {}
for name, make in {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
    "adam": lambda p: torch.optim.Adam(p, lr=0.1),
}.items():
    parameter = torch.nn.Parameter(start.clone())
    optimizer = make([parameter])
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.2, total_steps=STEPS)
    cases[name] = []
    for gradient in gradients:
        parameter.grad = gradient.clone()
        optimizer.step()
        schedule.step()
        cases[name].append(parameter.tolist())
json.dump({"start": start.tolist(), "gradients": gradients.tolist(), "after": cases}, __import__("sys").stdout)

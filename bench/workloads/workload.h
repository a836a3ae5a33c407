// What is timed, by name: the benchmarks run these alone, and `./x bench --against` beside other frameworks.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace bench {

using Call = std::function<void()>;

/// How a function is compiled.
struct Setup {
  int threads = 1;
  std::string precision = "f32";
};

/// A function of a program on fixed inputs. Its name says which, and for how many rows: `train_step/mlp/batch:32`.
struct Workload {
  std::string name;
  std::function<Call(const Setup&)> prepare;  ///< compiles and draws inputs; gives what is timed
};

std::vector<Workload> attention_workloads();
std::vector<Workload> image_workloads();
std::vector<Workload> resnet_workloads();
std::vector<Workload> sequence_workloads();
std::vector<Workload> plain_workloads();

/// All of them; nothing is compiled until it is prepared.
std::vector<Workload> all_workloads();

}  // namespace bench

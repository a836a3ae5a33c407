// The one header that users include.
#pragma once

#include "compiler/interface/ops/contraction.h"
#include "compiler/interface/ops/elementwise.h"
#include "compiler/interface/ops/movement.h"
#include "compiler/interface/ops/pooling.h"
#include "compiler/interface/ops/reduction.h"
#include "dsl/compile.h"
#include "dsl/flops.h"
#include "dsl/layers/activation.h"
#include "dsl/layers/attention.h"
#include "dsl/layers/batch_norm.h"
#include "dsl/layers/convolution.h"
#include "dsl/layers/dropout.h"
#include "dsl/layers/layer_norm.h"
#include "dsl/layers/linear.h"
#include "dsl/layers/sequential.h"
#include "dsl/program.h"

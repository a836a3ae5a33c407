// The one header that users include.
#pragma once

#include "compiler/interface/ops/contraction.h"
#include "compiler/interface/ops/elementwise.h"
#include "compiler/interface/ops/movement.h"
#include "compiler/interface/ops/pooling.h"
#include "compiler/interface/ops/reduction.h"
#include "dsl/compile.h"
#include "dsl/flops.h"
#include "dsl/layers/attention.h"
#include "dsl/layers/convolution.h"
#include "dsl/layers/dropout.h"
#include "dsl/layers/linear.h"
#include "dsl/layers/recurrent.h"
#include "dsl/ops/scan.h"
#include "dsl/program.h"

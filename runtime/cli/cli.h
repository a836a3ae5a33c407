// All that an example's main needs.
#pragma once

#include "runtime/cli/json.h"
#include "runtime/cli/log.h"
#include "runtime/cli/parser.h"
#include "runtime/cli/process.h"
#include "runtime/cli/run_main.h"

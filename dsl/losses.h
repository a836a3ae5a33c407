// Losses. Each refuses, at compile time, a value whose meaning does not fit.
#pragma once

#include "dsl/losses/class_losses.h"
#include "dsl/losses/distances.h"

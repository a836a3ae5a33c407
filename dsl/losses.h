// Losses. Each refuses, at compile time, a value whose meaning does not fit.
#pragma once

#include "dsl/losses/binary_losses.h"
#include "dsl/losses/class_losses.h"
#include "dsl/losses/distances.h"
#include "dsl/losses/distributions.h"
#include "dsl/losses/margin_losses.h"

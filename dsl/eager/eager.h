// Eager computation: include this beside <stator/stator.h>, as <stator/eager.h>.
#pragma once

#include "dsl/eager/context.h"
#include "dsl/eager/module.h"
#include "dsl/eager/optimizer.h"

// Eager computation: include this beside <stator/stator.h>, as <stator/eager.h>.
#pragma once

#include "eager/context.h"
#include "eager/module.h"
#include "eager/optimizer.h"

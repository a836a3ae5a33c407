// Which compiler this is: other sources may make other code from the same graph, so cached code is kept apart by it.
#pragma once

namespace stator {

/// A hash of the compiler's sources, made while it is built.
extern const char* const build_id;

}  // namespace stator

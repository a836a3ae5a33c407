// The C that stands between a library's header and its compiled functions. It is compiled to LLVM's bitcode together
// with Stator, and goes into each library together with that library's description. It uses no memory but what it is
// given, and calls nothing but memcpy.
#include "compiler/aot/glue/errors.c"
#include "compiler/aot/glue/host.c"
#include "compiler/aot/glue/json.c"
#include "compiler/aot/glue/start.c"

/* After host.c and json.c, which they use. */
#include "compiler/aot/glue/state.c"

/* After state.c. */
#include "compiler/aot/glue/call.c"

// Exceptions to exit codes.
#include "runtime/cli/run_main.h"

#include <cstdio>
#include <exception>
#include <new>

#include "runtime/cli/parser.h"
#include "runtime/error.h"

namespace stator::cli {

static int told(const char* kind, const char* what, int code) {
  std::fflush(stdout);
  std::fprintf(stderr, "%s: %s\n", kind, what);
  return code;
}

int run_main(int argc, char** argv, const std::function<int(int argc, char** argv)>& body) {
  try {
    return body(argc, argv);
  } catch (const Exit& exit) { return exit.code; } catch (const UserError& error) {
    return told("error", error.what(), 1);
  } catch (const DeviceError& error) { return told("device error", error.what(), 1); } catch (const std::bad_alloc&) {
    return told("error", "memory: there is not enough", 1);
  } catch (const std::exception& error) { return told("internal error", error.what(), 3); }
}

}  // namespace stator::cli

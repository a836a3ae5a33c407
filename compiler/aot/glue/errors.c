// Errors in words.
#include "compiler/aot/glue/model.h"

const char* stator_aot_strerror(int32_t error) {
  switch (error) {
    case aot_ok:
      return "no error";
    case aot_null_pointer:
      return "a pointer is null";
    case aot_misaligned:
      return "the state or the arena is not on a 64-byte boundary";
    case aot_rows_out_of_range:
      return "more or fewer rows are given than the library was built for";
    case aot_label_out_of_range:
      return "a label or an index is outside its classes";
    case aot_wrong_state:
      return "the state was not made by this model";
    case aot_wrong_size:
      return "there are fewer bytes than the state or the file needs";
    case aot_wrong_file:
      return "the file is not a state of this model: a name, a dtype or a shape differs";
    case aot_unsupported_host:
      return "this processor lacks the instructions that the library was built for";
    case aot_unknown_target:
      return "the library has no such target";
    default:
      return "not an error of this library";
  }
}

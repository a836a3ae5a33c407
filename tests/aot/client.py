"""A client in Python, with nothing but ctypes. Arguments: the shared library, the header (for the sizes)."""
import ctypes
import re
import struct
import sys

ROWS = 5


def aligned(size):
    """A block on a 64-byte boundary, and what keeps it alive."""
    block = ctypes.create_string_buffer(size + 64)
    return ctypes.c_void_p((ctypes.addressof(block) + 63) // 64 * 64), block


def main(library, header):
    sizes = {name: int(value) for name, value in re.findall(r"#define DIGITS_(\w+_BYTES) (\d+)", open(header).read())}
    digits = ctypes.CDLL(library)
    digits.digits_strerror.restype = ctypes.c_char_p
    state, _state = aligned(sizes["STATE_BYTES"])
    arena, _arena = aligned(sizes["PREDICT_ARENA_BYTES"])
    images = (ctypes.c_float * (ROWS * 784))(
        *(((i * 2654435761 & 0xFFFFFFFF) >> 23) / 256 - 1 for i in range(ROWS * 784)))
    scores = (ctypes.c_float * (ROWS * 10))()
    error = digits.digits_init(state, ctypes.c_uint64(7))
    error = error or digits.digits_predict(state, arena, images, scores, ctypes.c_int64(ROWS), None)
    if error:
        sys.exit(digits.digits_strerror(error).decode())
    print("".join(struct.pack(">f", score).hex() for score in scores))


main(*sys.argv[1:])

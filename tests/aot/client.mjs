// A client in JavaScript: the module, and sizes from the header. Arguments: the WebAssembly module, the header.
import { readFileSync } from "node:fs";

const [module, header] = process.argv.slice(2);
const text = readFileSync(header, "utf8");
const size = (name) => Number(text.match(new RegExp(`#define DIGITS_${name} (\\d+)`))[1]);
const { instance } = await WebAssembly.instantiate(readFileSync(module));
const { memory, digits_init, digits_predict, digits_strerror, __heap_base } = instance.exports;

let free = __heap_base.value;
function block(bytes) {
  const at = Math.ceil(free / 64) * 64;
  free = at + bytes;
  if (free > memory.buffer.byteLength) memory.grow(Math.ceil((free - memory.buffer.byteLength) / 65536));
  return at;
}

const rows = 5;
const state = block(size("STATE_BYTES")), arena = block(size("PREDICT_ARENA_BYTES"));
const images = block(4 * rows * 784), scores = block(4 * rows * 10);
const input = new Float32Array(memory.buffer, images, rows * 784);
for (let i = 0; i < input.length; ++i) input[i] = (Math.imul(i, 2654435761) >>> 23) / 256 - 1;
const error = digits_init(state, 7n) || digits_predict(state, arena, images, scores, BigInt(rows), 0);
if (error) {
  const bytes = new Uint8Array(memory.buffer, digits_strerror(error));
  console.error(new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0))));
  process.exit(1);
}
const bits = new Uint32Array(memory.buffer, scores, rows * 10);
console.log(Array.from(bits, (word) => word.toString(16).padStart(8, "0")).join(""));

// The state block: layout, starting values, access by name, and files.
#include "runtime/state.h"

#include <algorithm>
#include <cstring>

#include "runtime/hash.h"
#include "runtime/philox.h"
#include "runtime/safetensors.h"
#include "tests/catch.h"
#include "tests/runtime/support.h"

using namespace stator;
using tests::error_of;

static Slot slot(const char* name, Extents extents, Init init = {}, Slot::Role role = Slot::Role::parameter,
                 DType dtype = DType::f32) {
  return {name, {dtype, extents}, role, init};
}

static std::vector<Slot> small_net() {
  return {slot("fc.weight", Extents(0, 3, 5), {Init::Kind::uniform, -0.5, 0.5}),
          slot("fc.bias", Extents(0, 3), {Init::Kind::normal, 1, 2}),
          slot("norm.batches", Extents(), {Init::Kind::constant, 7}, Slot::Role::buffer, DType::i64),
          slot("fc.weight.square", Extents(0, 3, 5), {Init::Kind::constant, 0.25}, Slot::Role::optimizer)};
}

TEST_CASE("slots lie one after the other on 64-byte boundaries") {
  const StateLayout layout = layout_of(small_net());
  CHECK(layout.offset_bytes == std::vector<int64_t>{0, 64, 128, 192});
  CHECK(layout.total_bytes == 256);
  State state(small_net());
  CHECK(reinterpret_cast<uintptr_t>(state.data()) % 64 == 0);
  CHECK(std::all_of(state.data(), state.data() + 256, [](std::byte byte) { return byte == std::byte{0}; }));
}

TEST_CASE("a convolution's weight lies as kernels read it, and nobody sees that") {
  const Slot weight = slot("conv.weight", Extents(0, 2, 3, 1, 4), {Init::Kind::uniform, -1, 1});
  State state = State::init({weight}, 3);
  const RandomStream draws{3, 0, fnv1a_32("conv.weight")};
  CHECK(state.get("conv.weight").at<float>({1, 2, 0, 3}) == 2 * uniform(draws, 23) - 1);

  std::vector<float> counted(24);
  for (size_t i = 0; i < counted.size(); ++i) counted[i] = static_cast<float>(i);
  const NdArray value = NdArray::from(counted, {2, 3, 1, 4});
  state.set("conv.weight", value);
  CHECK(same_bits(state.get("conv.weight"), value));
  float stored[3];
  std::memcpy(stored, state.data(), sizeof stored);  // [1, 4, 3, 2]: output channels side by side
  CHECK(stored[0] == 0);
  CHECK(stored[1] == 12);
  CHECK(stored[2] == 4);
}

TEST_CASE("starting values follow the definition of draws") {
  const State state = State::init(small_net(), 42);
  CHECK(state.seed() == 42);
  const RandomStream weight{42, 0, fnv1a_32("fc.weight")}, bias{42, 0, fnv1a_32("fc.bias")};
  CHECK(state.get("fc.weight").at<float>({1, 2}) == uniform(weight, 7) - 0.5f);
  CHECK(state.get("fc.bias").at<float>({2}) == static_cast<float>(1 + 2 * double{normal(bias, 2)}));
  CHECK(state.get("norm.batches").item() == 7);
  CHECK(state.get("fc.weight.square").at<float>({2, 4}) == 0.25f);
}

TEST_CASE("a slot's draws do not depend on the other slots, but on the seed") {
  auto reordered = small_net();
  std::reverse(reordered.begin(), reordered.end());
  const State state = State::init(small_net(), 1);
  CHECK(same_bits(State::init(reordered, 1).get("fc.weight"), state.get("fc.weight")));
  CHECK_FALSE(same_bits(State::init(small_net(), 2).get("fc.weight"), state.get("fc.weight")));
}

TEST_CASE("get copies; set checks") {
  State state = State::init(small_net(), 0);
  NdArray bias = state.get("fc.bias");
  bias.at<float>({0}) = 99;
  CHECK(state.get("fc.bias").at<float>({0}) != 99);
  state.set("fc.bias", bias);
  CHECK(state.get("fc.bias") == bias);
  CHECK(error_of([&] { state.set("fc.bias", NdArray::zeros(DType::f32, {4})); }) ==
        "state: slot 'fc.bias' is f32 [3], but was given f32 [4]");
  CHECK(error_of([&] { state.set("fc.bias", NdArray::zeros(DType::f64, {3})); }) ==
        "state: slot 'fc.bias' is f32 [3], but was given f64 [3]");
  CHECK(error_of([&] { state.get("fc.bais"); }) ==
        "state: no slot is called 'fc.bais'; there are [fc.weight, fc.bias, norm.batches, fc.weight.square]");
  CHECK(state.names().size() == 4);
}

TEST_CASE("slots must have numbers for extents and different names") {
  CHECK(error_of([] { State(std::vector{slot("x", Extents(0, symbol::batch, 3))}); }) ==
        "state: axis 0 of slot 'x' is the symbol 'batch', but a slot's size is fixed");
  CHECK(error_of([] { State(std::vector{slot("x", Extents(0, -3))}); }) == "state: axis 0 of slot 'x' is -3, below 0");
  CHECK_THAT(error_of([] { State(std::vector{slot("x", Extents(0, 1L << 40, 1L << 40))}); }),
             ContainsSubstring("larger than memory"));
  CHECK(error_of([] { State({slot("x", Extents()), slot("x", Extents())}); }) == "state: two slots are called 'x'");
}

TEST_CASE("save and load restore every bit and the seed") {
  const tests::TemporaryFolder folder;
  const State state = State::init(small_net(), 5);
  state.save(folder / "s.safetensors");
  State resumed(small_net());
  resumed.load(folder / "s.safetensors");
  CHECK(std::memcmp(resumed.data(), state.data(), 256) == 0);
  CHECK(resumed.seed() == 5);
  const State copy = state.clone();
  CHECK(std::memcmp(copy.data(), state.data(), 256) == 0);
  CHECK(folder.file_count() == 1);
}

TEST_CASE("a file of another model names what differs, and the state stays") {
  const tests::TemporaryFolder folder;
  const std::string path = folder / "s.safetensors";
  auto other = small_net();
  other[0].spec.extents = Extents(0, 3, 6);
  other[1].name = "head.bias";
  State::init(other, 1).save(path);
  State state = State::init(small_net(), 9);
  const State before = state.clone();
  CHECK(error_of([&] { state.load(path); }) ==
        path +
            ": not the state of this program: missing fc.bias; unexpected head.bias; "
            "different fc.weight (f32 [3, 5] here, f32 [3, 6] in the file)");
  CHECK(std::memcmp(state.data(), before.data(), 256) == 0);
  CHECK(state.seed() == 9);
}

TEST_CASE("long lists of names are cut") {
  const tests::TemporaryFolder folder;
  write_safetensors(folder / "none", {});
  std::vector<Slot> slots;
  for (const char* name : {"a", "b", "c", "d", "e", "f", "g"}) slots.push_back(slot(name, Extents()));
  CHECK_THAT(error_of([&] { State(slots).load(folder / "none"); }),
             ContainsSubstring("missing a, b, c, d, e and 2 more"));
}

TEST_CASE("bad metadata changes nothing") {
  const tests::TemporaryFolder folder;
  State state = State::init(small_net(), 9);
  SafetensorsFile file;
  for (const std::string& name : state.names()) file.tensors[name] = state.get(name);
  file.metadata = {{"stator.seed", "12x"}};
  write_safetensors(folder / "s", file);
  CHECK_THAT(error_of([&] { state.load(folder / "s"); }), ContainsSubstring("'12x' is not a whole number"));
  file.metadata = {{"stator.format", "2"}};
  write_safetensors(folder / "s", file);
  CHECK_THAT(error_of([&] { state.load(folder / "s"); }),
             ContainsSubstring("version 2, but this program reads version 1"));
  CHECK(state.seed() == 9);
}

TEST_CASE("a file of parameters alone is enough for load_parameters") {
  const tests::TemporaryFolder folder;
  const State source = State::init(small_net(), 3);
  SafetensorsFile file;
  for (const char* name : {"fc.weight", "fc.bias"}) file.tensors[name] = source.get(name);
  write_safetensors(folder / "p", file);
  State state = State::init(small_net(), 4);
  const NdArray square = state.get("fc.weight.square");
  state.load_parameters(folder / "p");
  CHECK(same_bits(state.get("fc.weight"), source.get("fc.weight")));
  CHECK(same_bits(state.get("fc.bias"), source.get("fc.bias")));
  CHECK(same_bits(state.get("fc.weight.square"), square));
  CHECK(state.seed() == 4);
  CHECK_THAT(error_of([&] { state.load(folder / "p"); }), ContainsSubstring("missing norm.batches, fc.weight.square"));
  file.tensors.erase("fc.bias");
  file.tensors["extra"] = NdArray();
  write_safetensors(folder / "p", file);
  CHECK_THAT(error_of([&] { state.load_parameters(folder / "p"); }),
             ContainsSubstring("missing fc.bias; unexpected extra"));
}

TEST_CASE("load_parameters takes parameters and buffers from a whole state") {
  const tests::TemporaryFolder folder;
  State source = State::init(small_net(), 3);
  source.set("fc.weight.square", NdArray::zeros(DType::f32, {3, 5}));
  source.set("norm.batches", NdArray::scalar(int64_t{11}));
  source.save(folder / "s");
  State state = State::init(small_net(), 4);
  state.load_parameters(folder / "s");
  CHECK(state.get("norm.batches").item() == 11);
  CHECK(state.get("fc.weight.square").at<float>({0, 0}) == 0.25f);
}

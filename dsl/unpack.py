"""Writes dsl/unpack.inc: how an aggregate of 1 to 64 members is taken apart by structured bindings."""
import pathlib

MOST_MEMBERS = 64


def specialisation(count):
    names = [f"m{i}" for i in range(count)]
    bindings = ", ".join(names)
    members = ", ".join(f"STATOR_MEMBER({name})" for name in names)
    braces = ", ".join(["{}"] * count)
    calls = " ".join(f"f({name}, {i});" for i, name in enumerate(names))
    return (f"template <> struct Unpack<{count}> {{\n"
            f"  static constexpr void each(auto& model, auto&& f) {{ auto& [{bindings}] = model; {calls} }}\n"
            f"  template <class M> static consteval auto members() {{ auto& [{bindings}] = unborn<M>.value; "
            f"return std::array<Member, {count}>{{{members}}}; }}\n"
            f"  template <class M> static constexpr bool takes_braces = requires {{ M{{{braces}}}; }};\n}};")


HEAD = """// Structured bindings of 1 to 64 members, written by dsl/unpack.py; included by dsl/members.h.
// clang-format off
"""
text = HEAD + "\n".join(specialisation(n) for n in range(1, MOST_MEMBERS + 1)) + "\n"
(pathlib.Path(__file__).parent / "unpack.inc").write_text(text)

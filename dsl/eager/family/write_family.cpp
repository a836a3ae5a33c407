// write_family FOLDER TARGET...: compiles the family for these targets, as FOLDER/TARGET.o and FOLDER/table.o.
#include <cstdio>
#include <exception>

#include "compiler/aot/kernel_family.h"
#include "dsl/eager/family/members.h"
#include "runtime/atomic_file.h"

int main(int count, char** arguments) {
  using namespace stator;
  try {
    const std::string folder = std::string(arguments[1]) + '/';
    const std::vector<std::string> targets(arguments + 2, arguments + count);
    std::vector<aot::KeyedProgram> programs;
    for (eager::FamilyMember& member : eager::family_members())
      programs.push_back({std::move(member.key), std::move(member.program)});
    const aot::FamilyObjects objects = aot::compile_family(std::move(programs), targets, "stator_elementwise_family");
    for (size_t i = 0; i < targets.size(); ++i) write_file_atomically(folder + targets[i] + ".o", objects.code[i]);
    write_file_atomically(folder + "table.o", objects.table);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "write_family: %s\n", error.what());
    return 1;
  }
}

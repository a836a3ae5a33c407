// Hooks into the C library, and a filter for system calls in a child process.
#include "tests/steps/system_use.h"

#include <dlfcn.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <new>

namespace {

std::atomic<bool> counting{false};
std::atomic<int64_t> allocations{0}, locks{0};

void count(std::atomic<int64_t>& what) {
  if (counting.load(std::memory_order_relaxed)) what.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
bool stator::tests::hooks_allocations() { return false; }
#else
bool stator::tests::hooks_allocations() { return true; }

// glibc's own functions below its public names, which this program takes over.
extern "C" {
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* old, size_t size);
void* __libc_memalign(size_t alignment, size_t size);

void* malloc(size_t size) { return count(allocations), __libc_malloc(size); }
void* calloc(size_t number, size_t size) { return count(allocations), __libc_calloc(number, size); }
void* realloc(void* old, size_t size) { return count(allocations), __libc_realloc(old, size); }
void* aligned_alloc(size_t alignment, size_t size) { return count(allocations), __libc_memalign(alignment, size); }
int posix_memalign(void** made, size_t alignment, size_t size) {
  count(allocations);
  *made = __libc_memalign(alignment, size);
  return *made ? 0 : ENOMEM;
}

int pthread_mutex_lock(pthread_mutex_t* mutex) {
  using Lock = int (*)(pthread_mutex_t*);
  static const Lock lock = reinterpret_cast<Lock>(dlsym(RTLD_NEXT, "pthread_mutex_lock"));
  count(locks);
  return lock(mutex);
}
}
#endif

namespace stator::tests {

namespace {

/// What the child counts, in memory that both processes see.
struct Counts {
  std::atomic<int64_t> count{0}, last{-1};
  std::atomic<bool> installed{false}, done{false};
};
Counts* counts = nullptr;

void on_system_call(int, siginfo_t* info, void* context) {
  counts->count.fetch_add(1);
  counts->last.store(info->si_syscall);
  static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_RAX] = -ENOSYS;
}

constexpr sock_filter step(int code, uint32_t value, uint8_t steps_if_not = 0) {
  return {static_cast<uint16_t>(code), 0, steps_if_not, value};
}

/// Every system call of every thread becomes a signal, but those that end a process or a signal's handler.
bool install_filter(bool futexes) {
  struct sigaction action{};
  action.sa_sigaction = on_system_call;
  action.sa_flags = SA_SIGINFO | SA_NODEFER;
  if (::sigaction(SIGSYS, &action, nullptr) != 0) return false;
  constexpr int is = BPF_JMP | BPF_JEQ | BPF_K, answer = BPF_RET | BPF_K;
  sock_filter filter[] = {step(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                          step(is, SYS_exit_group, 1),
                          step(answer, SECCOMP_RET_ALLOW),
                          step(is, SYS_rt_sigreturn, 1),
                          step(answer, SECCOMP_RET_ALLOW),
                          step(is, futexes ? SYS_futex : SYS_exit_group, 1),
                          step(answer, SECCOMP_RET_ALLOW),
                          step(is, futexes ? SYS_sched_setaffinity : SYS_exit_group, 1),
                          step(answer, SECCOMP_RET_ALLOW),
                          step(answer, SECCOMP_RET_TRAP)};
  const sock_fprog program{static_cast<unsigned short>(sizeof filter / sizeof *filter), filter};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0;
}

/// Whether all threads but this one sleep: one that has yet to start makes system calls with signals blocked.
bool others_sleep() {
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream file(task.path() / "stat");
    std::string line;
    std::getline(file, line);
    const size_t state = line.rfind(')') + 2;
    const bool self = task.path().filename() == std::to_string(::syscall(SYS_gettid));
    if (!self && line.size() > state && line[state] != 'S') return false;
  }
  return true;
}

}  // namespace

SystemUse counted_in(const std::function<void()>& work) {
  allocations = 0, locks = 0;
  counting = true;
  work();
  counting = false;
  return {allocations.load(), locks.load()};
}

SystemCalls system_calls_of(const std::function<void()>& prepare, const std::function<void()>& work, bool futexes) {
  void* shared = ::mmap(nullptr, sizeof(Counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) return {.refused = "no shared memory"};
  counts = new (shared) Counts;
  const pid_t child = ::fork();
  if (child < 0) return {.refused = "no child process"};
  if (child == 0) {
    prepare();
    while (!others_sleep()) ::usleep(1000);
    if (!install_filter(futexes)) ::_exit(1);
    counts->installed = true;
    work();
    counts->done = true;
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  SystemCalls calls{counts->count, counts->last, ""};
  if (!counts->installed) calls.refused = "the kernel installs no filter for system calls";
  else if (!counts->done) calls.count = -1, calls.last = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
  ::munmap(shared, sizeof(Counts));
  return calls;
}

}  // namespace stator::tests

// What this process has used so far.
#pragma once

namespace stator::cli {

/// The most memory that was resident at any time, in MiB. Source: VmHWM of /proc/self/status.
double peak_rss_mb();

/// Since the kernel started this process, dynamic linking and all; to 10 ms. Source: proc(5), /proc/[pid]/stat,
/// field 22.
double seconds_since_process_start();

}  // namespace stator::cli

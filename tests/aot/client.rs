//! A client in Rust: the header's functions as foreign ones, its sizes from the command line.
use std::alloc::{alloc_zeroed, Layout};
use std::os::raw::c_void;

extern "C" {
    fn digits_init(state: *mut c_void, seed: u64) -> i32;
    fn digits_predict(
        state: *const c_void,
        arena: *mut c_void,
        input0: *const f32,
        result0: *mut f32,
        batch: i64,
        options: *const c_void,
    ) -> i32;
}

fn block(size: &str) -> *mut c_void {
    let layout = Layout::from_size_align(size.parse().unwrap(), 64).unwrap();
    unsafe { alloc_zeroed(layout) as *mut c_void }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let (state, arena) = (block(&arguments[1]), block(&arguments[2]));
    const ROWS: usize = 5;
    let images: Vec<f32> =
        (0..ROWS as u32 * 784).map(|i| (i.wrapping_mul(2654435761) >> 23) as f32 / 256.0 - 1.0).collect();
    let mut scores = [0f32; ROWS * 10];
    let error = unsafe {
        let error = digits_init(state, 7);
        if error != 0 {
            error
        } else {
            digits_predict(state, arena, images.as_ptr(), scores.as_mut_ptr(), ROWS as i64, std::ptr::null())
        }
    };
    assert_eq!(error, 0);
    let text: String = scores.iter().map(|score| format!("{:08x}", score.to_bits())).collect();
    println!("{text}");
}

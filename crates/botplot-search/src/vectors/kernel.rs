//! The dot products of one question with every row: one loop, compiled for each instruction set.
#![expect(unsafe_code, reason = "instruction sets are chosen at run time; each call follows its detection")]

/// Writes the product of `question` with each row of `rows` (as long as the question) to `dots`.
pub(super) fn dots(question: &[i16], rows: &[i8], dots: &mut [i32]) {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512bw") && is_x86_feature_detected!("avx512vnni") {
            // SAFETY: this processor has both features, as just detected.
            return unsafe { dots_avx512(question, rows, dots) };
        }
        if is_x86_feature_detected!("avx2") {
            // SAFETY: this processor has AVX2, as just detected.
            return unsafe { dots_avx2(question, rows, dots) };
        }
    }
    dots_plain(question, rows, dots);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn dots_avx512(question: &[i16], rows: &[i8], dots: &mut [i32]) {
    dots_plain(question, rows, dots);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn dots_avx2(question: &[i16], rows: &[i8], dots: &mut [i32]) {
    dots_plain(question, rows, dots);
}

#[expect(clippy::inline_always, reason = "it must be compiled anew inside each caller, with its features")]
#[inline(always)]
fn dots_plain(question: &[i16], rows: &[i8], dots: &mut [i32]) {
    for (row, dot) in rows.chunks_exact(question.len()).zip(dots) {
        // The sums fit (see `widened`); wrapping keeps checked builds from giving up on vector instructions.
        let mut sum = 0_i32;
        for (q, r) in question.iter().zip(row) {
            sum = sum.wrapping_add(i32::from(*q).wrapping_mul(i32::from(*r)));
        }
        *dot = sum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_instruction_set_gives_the_same_sums() {
        for dimensions in [1, 7, 64, 383, 384, 1536] {
            let question = (0..dimensions).map(|i| ((i * 977) % 4095) as i16 - 2047).collect::<Vec<_>>();
            let rows = (0..dimensions * 9).map(|i| ((i * 37) % 255) as u8 as i8).collect::<Vec<_>>();
            let expected = rows
                .chunks_exact(dimensions)
                .map(|row| {
                    (0..dimensions).map(|i| i64::from(question[i]) * i64::from(row[i])).sum::<i64>() as i32
                })
                .collect::<Vec<_>>();
            let mut plain = vec![0; 9];
            dots_plain(&question, &rows, &mut plain);
            let mut chosen = vec![0; 9];
            dots(&question, &rows, &mut chosen);
            assert_eq!((plain, chosen), (expected.clone(), expected));
        }
    }
}

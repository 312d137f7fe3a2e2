/** SBR's Huffman codebooks (ISO/IEC 14496-3, tables 4.A.78 to 4.A.86): differences of scale factors in time and in frequency. */
import { type PrefixCode, prefixCode } from "../../bitstream/prefix-code.ts";

/** The two codes of one kind of scale factor. */
export interface DifferenceCodes {
  /** The offset of symbols: the middle one is no difference. */
  readonly zero: number;
  readonly inTime: PrefixCode;
  readonly inFrequency: PrefixCode;
}

/** Of envelopes in steps of 1.5 dB. */
export const FINE_ENVELOPE: DifferenceCodes = {
  zero: 60,
  inTime: prefixCode(`
    2: 60 59 3: 61 58 4: 62 57 5: 63 56 6: 64 55 7: 65 54 8: 66 53 9: 67 52 10: 51 68 11: 50 12:
    69 49 13: 70 48 47 14: 71 46 72 45 15: 44 73 16: 41 42 43 74 36 40 76 17: 34 39 75 37 18: 35
    38 0 1 2 3 4 5 19: 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31
    32 33 77 78 79 80 81 82 83 84 85 86 87 88 89 90 91 92 93 94 95 96 97 98 99 100 101 102 103 104
    105 106 107 108 109 110 111 112 113 114 115 116 117 118 119 120
  `),
  inFrequency: prefixCode(`
    2: 60 59 3: 61 58 4: 57 62 5: 56 63 6: 55 64 7: 54 8: 65 53 66 9: 52 67 51 10: 68 50 11: 69 49
    70 71 12: 48 72 47 73 13: 74 46 45 75 14: 76 77 44 15: 43 42 16: 41 78 79 40 39 17: 80 81 36
    37 38 34 18: 32 82 83 85 19 35 86 87 30 33 84 88 104 19: 9 14 16 17 23 27 29 31 90 97 102 107
    108 0 1 20: 2 3 4 5 6 7 8 10 11 12 13 15 18 20 21 22 24 25 26 28 89 91 92 93 94 95 96 98 99
    100 101 103 105 106 109 110 111 112 113 114 115 116 117 118 119 120
  `),
};

/** Of the balance of two coupled channels in steps of 1.5 dB. */
export const FINE_BALANCE: DifferenceCodes = {
  zero: 24,
  inTime: prefixCode(`
    1: 24 2: 25 3: 23 4: 26 5: 22 6: 27 7: 21 8: 28 9: 20 11: 19 29 12: 18 30 15: 31 16: 17 32 0 1
    2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 33 34 35 36 37 38 17: 39 40 41 42 43 44 45 46 47 48
  `),
  inFrequency: prefixCode(`
    1: 24 2: 23 3: 25 4: 22 5: 26 6: 27 7: 21 8: 20 9: 28 11: 19 29 18 12: 30 14: 17 15: 31 16: 32
    15 17: 16 18: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 33 34 35 36 37 38 39 40 41 42 43 44 45 46 19:
    47 48
  `),
};

/** Of envelopes in steps of 3 dB. */
export const COARSE_ENVELOPE: DifferenceCodes = {
  zero: 31,
  inTime: prefixCode(`
    1: 31 2: 30 3: 32 4: 29 5: 33 6: 28 7: 34 8: 27 9: 35 11: 26 36 12: 25 13: 24 37 14: 23 38 22
    21 39 15: 40 16: 41 18 20 19 17: 17 42 18: 43 0 1 19: 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 44
    45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62
  `),
  inFrequency: prefixCode(`
    1: 31 2: 30 3: 32 4: 29 5: 33 6: 28 8: 34 27 9: 35 26 10: 36 25 11: 37 24 12: 38 23 13: 39 14:
    40 22 15: 21 41 42 16: 20 19 43 44 17: 18 16 45 46 18: 17 49 13 7 12 47 48 19: 9 10 15 51 52
    53 56 8 11 55 20: 0 1 2 3 4 5 6 14 50 54 57 58 59 60 61 62
  `),
};

/** Of the balance of two coupled channels in steps of 3 dB. */
export const COARSE_BALANCE: DifferenceCodes = {
  zero: 12,
  inTime: prefixCode(`
    1: 12 2: 13 3: 11 4: 10 5: 14 6: 15 7: 9 8: 8 9: 16 12: 7 13: 0 1 2 3 4 5 6 17 18 19 20 21 22
    14: 23 24
  `),
  inFrequency: prefixCode(`
    1: 12 2: 11 3: 13 4: 10 5: 14 6: 15 7: 9 8: 8 9: 16 11: 7 12: 17 13: 18 0 1 2 3 4 14: 5 6 19
    20 21 22 23 24
  `),
};

/** Of noise floors. */
export const NOISE: DifferenceCodes = {
  zero: 31,
  inTime: prefixCode(`
    1: 31 2: 32 3: 30 4: 29 5: 33 6: 28 8: 34 27 10: 35 11: 26 13: 36 42 0 1 2 3 4 5 6 7 8 9 10 11
    12 13 14 15 16 17 18 19 20 21 22 23 24 25 37 38 39 40 41 43 44 45 46 47 48 49 50 51 52 53 54
    55 56 57 58 59 60 14: 61 62
  `),
  inFrequency: COARSE_ENVELOPE.inFrequency,
};

/** Of the balance of noise floors. */
export const NOISE_BALANCE: DifferenceCodes = {
  zero: 12,
  inTime: prefixCode(`
    1: 12 2: 11 3: 13 5: 10 6: 14 8: 0 1 2 3 4 5 6 7 8 9 15 16 17 18 19 20 21 22 23 24
  `),
  inFrequency: COARSE_BALANCE.inFrequency,
};

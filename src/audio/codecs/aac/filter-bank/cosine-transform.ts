/**
 * The discrete cosine transform of type IV, over a Fourier transform of half its size. Long because every step shares
 * its tables.
 */

/** Transforms in place: y[n] = Σ x[k] cos(π/M (n + ½)(k + ½)). */
export type CosineTransform = (values: Float64Array) => void;

/** A transform of so many values: an even number without prime factors beyond 5. */
export function cosineTransform(size: number): CosineTransform {
  const half = size / 2;
  const fourier = fourierTransform(half);
  const turns = unitCircle(half, (index) => (8 * index + 1) / (16 * size));
  const real = new Float64Array(half);
  const imaginary = new Float64Array(half);
  return (values) => {
    for (let index = 0; index < half; index++) {
      const a = values[2 * index] as number;
      const b = values[size - 1 - 2 * index] as number;
      const cos = turns.cos[index] as number;
      const sin = turns.sin[index] as number;
      real[index] = a * cos + b * sin;
      imaginary[index] = b * cos - a * sin;
    }
    fourier(real, imaginary);
    for (let index = 0; index < half; index++) {
      const a = real[index] as number;
      const b = imaginary[index] as number;
      const cos = turns.cos[index] as number;
      const sin = turns.sin[index] as number;
      values[2 * index] = a * cos + b * sin;
      values[size - 1 - 2 * index] = a * sin - b * cos;
    }
  };
}

interface Circle {
  readonly cos: Float64Array;
  readonly sin: Float64Array;
}

/** Cosines and sines of parts of a full turn. */
function unitCircle(count: number, turn: (index: number) => number): Circle {
  const angles = Float64Array.from({ length: count }, (_, index) => 2 * Math.PI * turn(index));
  return { cos: angles.map(Math.cos), sin: angles.map(Math.sin) };
}

const RADICES = [4, 2, 3, 5];

function factorsOf(size: number): number[] {
  const factors: number[] = [];
  let rest = size;
  for (const radix of RADICES) {
    for (; rest % radix === 0; rest /= radix) factors.push(radix);
  }
  return factors;
}

/** A complex transform in place, exponents negative and unscaled, by Stockham's self-sorting steps. */
function fourierTransform(size: number): (real: Float64Array, imaginary: Float64Array) => void {
  const roots = unitCircle(size, (index) => index / size);
  const factors = factorsOf(size);
  const spare = { real: new Float64Array(size), imaginary: new Float64Array(size) };
  return (real, imaginary) => {
    let from: Complex = { real, imaginary };
    let to: Complex = spare;
    let stride = 1;
    for (const radix of factors) {
      (radix === 4 ? stepOfFour : step)(from, to, { radix, stride, size, roots });
      [from, to] = [to, from];
      stride *= radix;
    }
    if (from.real === real) return;
    real.set(from.real);
    imaginary.set(from.imaginary);
  };
}

interface Complex {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

interface Step {
  readonly radix: number;
  /** The product of the radices before. */
  readonly stride: number;
  readonly size: number;
  readonly roots: Circle;
}

/** Small transforms of `radix` values each, turned by what the next steps need. */
function step(from: Complex, to: Complex, { radix, stride, size, roots }: Step): void {
  const groups = size / stride / radix;
  const apart = stride * groups;
  to.real.fill(0);
  to.imaginary.fill(0);
  for (let group = 0; group < groups; group++) {
    for (let output = 0; output < radix; output++) {
      const target = stride * (radix * group + output);
      for (let input = 0; input < radix; input++) {
        const source = stride * group + input * apart;
        const root = (stride * group * output + input * output * apart) % size;
        const cos = roots.cos[root] as number;
        const sin = roots.sin[root] as number;
        for (let index = 0; index < stride; index++) {
          const a = from.real[source + index] as number;
          const b = from.imaginary[source + index] as number;
          to.real[target + index] = (to.real[target + index] as number) + a * cos + b * sin;
          to.imaginary[target + index] =
            (to.imaginary[target + index] as number) + b * cos - a * sin;
        }
      }
    }
  }
}

/** The same of four values each, whose own roots are 1, -i, -1 and i. */
function stepOfFour(from: Complex, to: Complex, { stride, size, roots }: Step): void {
  const groups = size / stride / 4;
  const apart = stride * groups;
  const { real, imaginary } = from;
  const { real: toReal, imaginary: toImaginary } = to;
  for (let group = 0; group < groups; group++) {
    const turn = stride * group;
    const c1 = roots.cos[turn] as number;
    const s1 = roots.sin[turn] as number;
    const c2 = roots.cos[2 * turn] as number;
    const s2 = roots.sin[2 * turn] as number;
    const c3 = roots.cos[3 * turn] as number;
    const s3 = roots.sin[3 * turn] as number;
    for (let at = turn; at < turn + stride; at++) {
      const a0 = real[at] as number;
      const b0 = imaginary[at] as number;
      const a1 = real[at + apart] as number;
      const b1 = imaginary[at + apart] as number;
      const a2 = real[at + 2 * apart] as number;
      const b2 = imaginary[at + 2 * apart] as number;
      const a3 = real[at + 3 * apart] as number;
      const b3 = imaginary[at + 3 * apart] as number;
      const re1 = a0 - a2 + (b1 - b3);
      const im1 = b0 - b2 - (a1 - a3);
      const re2 = a0 + a2 - (a1 + a3);
      const im2 = b0 + b2 - (b1 + b3);
      const re3 = a0 - a2 - (b1 - b3);
      const im3 = b0 - b2 + (a1 - a3);
      const target = 3 * turn + at;
      toReal[target] = a0 + a2 + (a1 + a3);
      toImaginary[target] = b0 + b2 + (b1 + b3);
      toReal[target + stride] = re1 * c1 + im1 * s1;
      toImaginary[target + stride] = im1 * c1 - re1 * s1;
      toReal[target + 2 * stride] = re2 * c2 + im2 * s2;
      toImaginary[target + 2 * stride] = im2 * c2 - re2 * s2;
      toReal[target + 3 * stride] = re3 * c3 + im3 * s3;
      toImaginary[target + 3 * stride] = im3 * c3 - re3 * s3;
    }
  }
}

/** The discrete cosine transform of type IV, over a Fourier transform of half its size. */

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
  const { cos, sin } = roots;
  for (let group = 0; group < groups; group++) {
    for (let output = 0; output < radix; output++) {
      const target = stride * (radix * group + output);
      const turn = stride * group * output;
      const source = stride * group;
      for (let index = 0; index < stride; index++) {
        let re = 0;
        let im = 0;
        for (let input = 0; input < radix; input++) {
          const root = (turn + input * output * apart) % size;
          const c = cos[root] as number;
          const s = sin[root] as number;
          const a = from.real[source + input * apart + index] as number;
          const b = from.imaginary[source + input * apart + index] as number;
          re += a * c + b * s;
          im += b * c - a * s;
        }
        to.real[target + index] = re;
        to.imaginary[target + index] = im;
      }
    }
  }
}

/** The same of four values each, whose own roots are 1, -i, -1 and i. */
function stepOfFour(from: Complex, to: Complex, { stride, size, roots }: Step): void {
  const groups = size / stride / 4;
  const apart = stride * groups;
  const { real: re, imaginary: im } = from;
  const { cos, sin } = roots;
  for (let group = 0; group < groups; group++) {
    const turn = stride * group;
    const [c1, s1] = [cos[turn] as number, sin[turn] as number];
    const [c2, s2] = [cos[2 * turn] as number, sin[2 * turn] as number];
    const [c3, s3] = [cos[3 * turn] as number, sin[3 * turn] as number];
    for (let index = 0; index < stride; index++) {
      const at = turn + index;
      const [a0, b0] = [re[at] as number, im[at] as number];
      const [a1, b1] = [re[at + apart] as number, im[at + apart] as number];
      const [a2, b2] = [re[at + 2 * apart] as number, im[at + 2 * apart] as number];
      const [a3, b3] = [re[at + 3 * apart] as number, im[at + 3 * apart] as number];
      const [even, evenIm, odd, oddIm] = [a0 + a2, b0 + b2, a1 + a3, b1 + b3];
      const [evenLess, evenLessIm] = [a0 - a2, b0 - b2];
      const [oddLess, oddLessIm] = [a1 - a3, b1 - b3];
      const target = 4 * turn + index;
      to.real[target] = even + odd;
      to.imaginary[target] = evenIm + oddIm;
      store(to, target + stride, evenLess + oddLessIm, evenLessIm - oddLess, c1, s1);
      store(to, target + 2 * stride, even - odd, evenIm - oddIm, c2, s2);
      store(to, target + 3 * stride, evenLess - oddLessIm, evenLessIm + oddLess, c3, s3);
    }
  }
}

/** Stores a value turned backwards by an angle. */
function store(
  { real, imaginary }: Complex,
  at: number,
  re: number,
  im: number,
  cos: number,
  sin: number,
): void {
  real[at] = re * cos + im * sin;
  imaginary[at] = im * cos - re * sin;
}

/**
 * Agreement of two measurements of the same things: J. M. Bland and D. G. Altman, "Statistical methods for assessing
 * agreement between two methods of clinical measurement", Lancet 1986; 327: 307-310.
 */
import { spread } from './spread';

export interface BlandAltman {
  readonly n: number;
  /** Mean of first - second; null where there is no pair. */
  readonly bias: number | null;
  /** 95 % limits of agreement, bias -+ 1.96 SD of the differences; null below two pairs. */
  readonly limits: readonly [low: number, high: number] | null;
}

/** 97.5 % quantile of the normal distribution, as the paper has it. */
const Z = 1.96;

export function blandAltman(pairs: readonly (readonly [first: number, second: number])[]): BlandAltman {
  const { n, mean: bias, sd } = spread(pairs.map(([first, second]) => first - second));
  const limits = bias === null || sd === null ? null : ([bias - Z * sd, bias + Z * sd] as const);
  return { n, bias, limits };
}

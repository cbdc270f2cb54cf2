/**
 * Adam and AdamW as part of a train-step graph (Kingma & Ba 2015; Loshchilov & Hutter 2019; formulas as in
 * torch.optim). The learning rate and the bias corrections are inputs, so a schedule needs no new graph.
 */
import { gradients } from '../graph/gradients';
import { add, div, mul, sqrt, sub } from '../graph/ops';
import type { TensorData } from '../graph/session';
import { input, param, scalar, type Shape, type Value } from '../graph/value';

export interface AdamOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Decoupled weight decay (AdamW); 0 is plain Adam. */
  readonly weightDecay: number;
}

/** The reference's optimiser. */
export const ADAM: AdamOptions = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };

/** Names of a parameter's tensors in a train-step graph: inputs are the first three, outputs carry `NEXT` before. */
export const MOMENT1 = 'm.';
export const MOMENT2 = 'v.';
export const NEXT = 'next.';

/**
 * One optimiser step as a graph.
 * Inputs: those of `loss`, every trainable parameter by name, its moments, and `optimizerInputs`.
 * Outputs: `loss` and `next.<name>`, `next.m.<name>`, `next.v.<name>`.
 */
export function trainStepGraph(
  loss: Value,
  trainable: ReadonlyMap<string, Shape>,
  options: AdamOptions,
): Record<string, Value> {
  const names = [...trainable.keys()];
  const params = [...trainable].map(([name, shape]) => param(name, shape));
  const grads = gradients(loss, params);
  const [rate, correction1, correction2] = [input('rate', []), input('correction1', []), input('correction2', [])];
  const outputs: Record<string, Value> = { loss };
  params.forEach((p, i) => {
    const [name, g] = [names[i], grads[i]];
    if (name === undefined || !g) return;
    const m = add(mul(input(MOMENT1 + name, p.shape), options.beta1), mul(g, 1 - options.beta1));
    const v = add(mul(input(MOMENT2 + name, p.shape), options.beta2), mul(mul(g, g), 1 - options.beta2));
    const denominator = add(div(sqrt(v), correction2), options.epsilon);
    const decayed = options.weightDecay ? mul(p, sub(scalar(1), mul(rate, options.weightDecay))) : p;
    outputs[NEXT + name] = sub(decayed, mul(div(rate, correction1), div(m, denominator)));
    outputs[NEXT + MOMENT1 + name] = m;
    outputs[NEXT + MOMENT2 + name] = v;
  });
  return outputs;
}

/** @param step 1 for the first step */
export function optimizerInputs(rate: number, step: number, options: AdamOptions): Record<string, TensorData> {
  const value = (x: number): TensorData => ({ shape: [], data: Float32Array.of(x) });
  return {
    rate: value(rate),
    correction1: value(1 - options.beta1 ** step),
    correction2: value(Math.sqrt(1 - options.beta2 ** step)),
  };
}

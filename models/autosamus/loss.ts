/**
 * The reference's loss on low-resolution logits: 0.2 BCE (positive weight 2) + 0.8 Dice, and the usual metric beside it.
 */
import { add, div, mul, neg, reduceMean, sigmoid, softplus, sub, sumAll } from '../graph/ops';
import { scalar, type Value } from '../graph/value';

const POSITIVE_WEIGHT = 2;
const SMOOTH = 1e-5;

/**
 * @param logits z [B, 1, 128, 128]
 * @param target t in {0, 1}, same shape
 * @returns rank-0 loss. Dice sums run over the whole batch at once, as in the reference.
 */
export function segmentationLoss(logits: Value, target: Value): Value {
  return add(mul(binaryCrossEntropy(logits, target), 0.2), mul(diceLoss(logits, target), 0.8));
}

/** mean of -[2 t log s + (1 - t) log(1 - s)] in its stable form (1 - t) z + (1 + t) softplus(-z). */
function binaryCrossEntropy(z: Value, t: Value): Value {
  const weight = add(mul(t, POSITIVE_WEIGHT - 1), 1);
  const terms = add(mul(sub(scalar(1), t), z), mul(weight, softplus(neg(z))));
  return reduceMean(terms, [...terms.shape.keys()], false);
}

/** 1 - (2 sum(s t) + e) / (sum s^2 + sum t^2 + e). */
function diceLoss(z: Value, t: Value): Value {
  const s = sigmoid(z);
  const overlap = add(mul(sumAll(mul(s, t)), 2), SMOOTH);
  const total = add(add(sumAll(mul(s, s)), sumAll(mul(t, t))), SMOOTH);
  return sub(scalar(1), div(overlap, total));
}

export * from './crops/crop-plan.js';
export * from './crops/plan-crops.js';
export * from './labels/imagenet-labels.js';
export * from './scores/average-scores.js';
export * from './scores/top-predictions.js';
export * from './store/known-models.js';
export type * from './backends/device.js';
export type * from './backends/inference-backend.js';
export type * from './store/resolved-model.js';

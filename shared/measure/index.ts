/** Sizes of masks and of what is measured by hand, in pixels and millimetres: what other rooms may use. */
export { ellipseAxes, sizeOf, type MeasuredSize } from './calipers';
export { diameters, type Diameters } from './diameters';
export { ellipsePerimeter, fittedEllipse, type Ellipse } from './ellipse';
export { measure, type Measures } from './measure';
export { sizeOfMask, spacingFor, type MaskSize } from './of-mask';
export { perimeter } from './perimeter';

/** The size of a pixel in words. */
import { useI18n } from 'vue-i18n';
import type { Calibration } from '../../shared/domain';

export function useScaleWords(): { scaleText(known: Calibration | null): string } {
  const { t, n } = useI18n();
  return {
    scaleText(known) {
      if (!known) return t('measure.noScale');
      if (known.kind === 'regions' && !known.fits) return t('measure.badScale');
      const sizes = known.kind === 'uniform' ? [known.mmPerPx] : known.regions.flatMap(({ mmPerPx }) => mmPerPx ?? []);
      const shown = sizes.map(({ x, y }) => {
        const [across, down] = [n(x, { maximumSignificantDigits: 3 }), n(y, { maximumSignificantDigits: 3 })];
        return across === down ? t('measure.scale', { n: across }) : t('measure.scales', { x: across, y: down });
      });
      if (shown.length === 0) return t('measure.noScale');
      return t('measure.scaleFrom', {
        scale: [...new Set(shown)].join(' / '),
        origin: t(`measure.origin.${known.origin}`),
      });
    },
  };
}

import {
  dataLinksOverrideProcessor,
  displayNameOverrideProcessor,
  identityOverrideProcessor,
  numberOverrideProcessor,
  PanelPlugin,
  standardFieldConfigEditorRegistry,
  stringOverrideProcessor,
  thresholdsOverrideProcessor,
  unitOverrideProcessor,
  valueMappingsOverrideProcessor,
  type FieldConfigPropertyItem,
} from '@grafana/data';
import type { Panel } from '../../test/grafana/dashboards.ts';

/** Grafana registers these in the application itself; the processors are those that it takes. */
const STANDARD: Readonly<Record<string, FieldConfigPropertyItem['process']>> = {
  unit: unitOverrideProcessor,
  min: numberOverrideProcessor,
  max: numberOverrideProcessor,
  decimals: numberOverrideProcessor,
  displayName: displayNameOverrideProcessor,
  noValue: stringOverrideProcessor,
  color: identityOverrideProcessor,
  links: dataLinksOverrideProcessor,
  mappings: valueMappingsOverrideProcessor,
  thresholds: thresholdsOverrideProcessor,
};

const editor = () => null;
const toItem = (id: string, process: FieldConfigPropertyItem['process']) => ({
  id,
  path: id,
  name: id,
  process,
  editor,
  override: editor,
  shouldApply: () => true,
});

standardFieldConfigEditorRegistry.setInit(() =>
  Object.entries(STANDARD).map(([id, process]) => toItem(id, process)),
);

/** A plugin that knows the properties of the panel's own kind that the panel makes use of. */
export function toPlugin({ fieldConfig: { defaults, overrides } }: Panel): PanelPlugin {
  const overridden = overrides.flatMap(({ properties }) => properties.map(({ id }) => id));
  const custom = new Set([
    ...Object.keys(defaults.custom ?? {}),
    ...overridden.filter((id) => id.startsWith('custom.')).map((id) => id.slice('custom.'.length)),
  ]);
  return new PanelPlugin(null).useFieldConfig({
    useCustomConfig(builder) {
      for (const id of custom) builder.addCustomEditor(toItem(id, identityOverrideProcessor));
    },
  });
}

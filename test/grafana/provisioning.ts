import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

export interface AlertRule {
  readonly uid: string;
  readonly title: string;
  readonly condition: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly data: readonly {
    readonly refId: string;
    readonly datasourceUid: string;
    readonly model: {
      readonly refId: string;
      readonly expr?: string;
      readonly expression?: string;
    };
  }[];
}

/** A file of grafana/provisioning, such as `alerting`. */
export const readProvisioning = (folder: string): unknown =>
  parse(
    readFileSync(
      new URL(`../../grafana/provisioning/${folder}/whatsapp.yml`, import.meta.url),
      'utf8',
    ),
  );

export const readAlertRules = () =>
  (readProvisioning('alerting') as { groups: { rules: AlertRule[] }[] }).groups.flatMap(
    ({ rules }) => rules,
  );

export const readAlertQueries = () =>
  readAlertRules().flatMap(({ title, data }) =>
    data.flatMap(({ model: { expr } }) => (expr === undefined ? [] : [{ where: title, expr }])),
  );

// Fields of forms, each with its name.
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { mostOfAName, shortened } from "../text/printable";

interface FieldProps {
  label: string;
  hint?: string;
  id?: string;
  children: (id: string) => ComponentChildren;
}

export function Field({ label, hint, id: wanted, children }: FieldProps) {
  const own = useId();
  const id = wanted ?? own;
  return (
    <div class="field-box">
      <label for={id}>{label}</label>
      {children(id)}
      {hint && <small>{hint}</small>}
    </div>
  );
}

interface TextProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  hint?: string;
  type?: "text" | "search" | "number" | "password";
  placeholder?: string;
  id?: string;
  min?: string;
  step?: string;
}

export function TextField({ label, value, onChange, hint, type = "text", id, ...rest }: TextProps) {
  return (
    <Field label={label} {...(hint ? { hint } : {})} {...(id ? { id } : {})}>
      {(own) => (
        <input
          id={own}
          type={type as "text"}
          value={value}
          autocomplete="off"
          onInput={(event) => onChange(event.currentTarget.value)}
          {...rest}
        />
      )}
    </Field>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  options: readonly (readonly [value: string, text: string])[];
}

export function Choice({ label, value, onChange, options }: ChoiceProps) {
  return (
    <Field label={label}>
      {(id) => (
        <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
          {options.map(([option, text]) => (
            <option key={option} value={option}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

interface ManyProps {
  label: string;
  values: readonly string[];
  onChange: (values: string[]) => void;
  options?: readonly string[];
  placeholder?: string;
  hint?: string;
}

/** Several values: each is added with Enter, or by choosing it, and taken away with its button. */
export function ManyField({ label, values, onChange, options, placeholder, hint }: ManyProps) {
  const add = (input: HTMLInputElement) => {
    const value = input.value.trim();
    input.value = "";
    if (value && !values.includes(value)) onChange([...values, value]);
  };
  return (
    <Field label={label} {...(hint ? { hint } : {})}>
      {(id) => (
        <div class="many">
          {values.map((value) => (
            <Chip
              key={value}
              text={value}
              onRemove={() => onChange(values.filter((other) => other !== value))}
            />
          ))}
          <input
            id={id}
            autocomplete="off"
            placeholder={placeholder ?? ""}
            list={options ? `${id}-options` : undefined}
            onKeyDown={(event) => {
              if (event.key !== "Enter" && event.key !== ",") return;
              event.preventDefault();
              add(event.currentTarget);
            }}
            onChange={(event) => add(event.currentTarget)}
          />
          {options && (
            <datalist id={`${id}-options`}>
              {options.map((option) => (
                <option key={option} value={option} />
              ))}
            </datalist>
          )}
        </div>
      )}
    </Field>
  );
}

interface ChipProps {
  text: string;
  onRemove: () => void;
  children?: ComponentChildren;
}

export function Chip({ text, onRemove, children }: ChipProps) {
  return (
    <span class="chip">
      {children}
      <span title={text}>{shortened(text, mostOfAName)}</span>
      <button type="button" aria-label={`Remove ${text}`} onClick={onRemove}>
        ×
      </button>
    </span>
  );
}

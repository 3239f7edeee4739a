# Named trainings: schemas/NAME.yaml -> training/NAME, a project of its own. `just train name=mycli num=5000 quant=q8_0`
# Rows are asked of a language model where SAYSO_LLM_URL is set or num= is given, and made from the schema otherwise.

export PATH := justfile_directory() / ".venv/bin:" + env("PATH")

url := env("SAYSO_LLM_URL", "")
data := 'data:\n  - {examples: data/train.jsonl, split: train}\n  - {examples: data/train_val.jsonl, split: val}\n'
learn := "grep -q ^data: sayso.yaml || printf '" + data + "' >> sayso.yaml"
whole := "sayso build --until dpo && sayso gguf --quant $1 && sayso calibrate && sayso evaluate && sayso bundle"
known := '^((num=\d+|quant=(f16|q8_0|q5_k_m|q4_k_m|q4_0)) )*name=\w[\w.-]*( (num=\d+|quant=(f16|q8_0|q5_k_m|q4_k_m|q4_0)))*$'
how := "say which schema, such as name=gh; num=5000 and quant=f16, q8_0, q5_k_m, q4_k_m or q4_0 may stand beside it, and nothing else"

_help:
    @just --list --unsorted

# everything, from rows to a bundle: name= [num=] [quant=]
train *given: (_rows "build --until generate" given) (_run (if given =~ 'quant=' { replace_regex(given, '^.*quant=(\w+).*$', whole) } else { "sayso build" }) given)

# make rows, or go on making them: name= [num=]
train-generate *given: (_rows "build --until generate" given)

# make rows anew: name= [num=]
train-generate-force *given: (_rows "generate" given " --force")

# teach the language model to answer: name=
train-sft *given: (_run "sayso build --until verify && sayso sft" given)

# collect what it gets wrong: name=
train-generate-preferences *given: (_run "sayso prefer" given)

# teach it to prefer what is right: name=
train-dpo *given: (_run "sayso dpo" given)

# merge, convert, quantize: name= [quant=]
train-quantize *given: (_run (if given =~ 'quant=' { replace_regex(given, '^.*quant=(\w+).*$', 'sayso gguf --quant $1') } else { "sayso gguf" }) given)

# judge it on rows that it has not learned from: name=
train-eval *given: (_run "sayso calibrate && sayso evaluate" given)

# the schemas that can be trained for
train-list-schemas:
    sayso schema

_rows offline given again="" num=(if given =~ 'num=' { replace_regex(given, '^.*num=(\d+).*$', ' --num $1') } else { "" }): (_run (if url + num == "" { "sayso " + offline } else { "sayso generate --with llm" + num + again + " && { " + learn + "; }" }) given)

_run does given name=(if given =~ known { replace_regex(" " + given, '^.* name=([\w.-]+).*$', '$1') } else { error(how) }): (_project name)
    cd training/{{ name }} && {{ does }}

_project name:
    @test -f training/{{ name }}/sayso.yaml || sayso init --engine llm --commands {{ if path_exists("schemas/" + name + ".yaml") == "true" { "schemas/" + name + ".yaml" } else { name } }} training/{{ name }}

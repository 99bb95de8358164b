"""Compares transformers by name and by config.json with the library transformers: parameters of every known size, built on the
meta device, and the arithmetic of a small network of every family, as torch.utils.flop_counter counts it. Skipped where the
libraries are missing; JOULECAST_TRANSFORMERS_PYTHON names an interpreter that has them."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

JOULECAST = os.environ.get("JOULECAST", "build/dev/joulecast")
SOURCE = pathlib.Path(os.environ.get("JOULECAST_SOURCE", pathlib.Path(__file__).parents[2]))

try:
    import torch
    import transformers
    from torch.utils.flop_counter import FlopCounterMode
except ImportError as missing:
    python = os.environ.get("JOULECAST_TRANSFORMERS_PYTHON")
    if python and os.path.realpath(python) != os.path.realpath(sys.executable):
        os.execv(python, [python, *sys.argv])
    print(f"skipped: {missing}; set JOULECAST_TRANSFORMERS_PYTHON to an interpreter with torch and transformers")
    sys.exit(77)

PRESETS = {}
for path in sorted((SOURCE / "data/transformers").glob("*.json")):
    PRESETS.update({name: values for name, values in json.loads(path.read_text()).items() if "model_type" in values})

# The smallest changes that make a network of each family small; what else a family needs is taken from its presets.
SMALL = {"hidden_size": 64, "d_model": 64, "n_embd": 64, "dim": 64, "intermediate_size": 96, "d_ff": 96, "ffn_dim": 96, "hidden_dim": 96,
         "encoder_ffn_dim": 96, "decoder_ffn_dim": 96, "n_inner": 96,
         "num_hidden_layers": 2, "num_layers": 2, "num_decoder_layers": 3, "n_layer": 2, "n_layers": 2, "encoder_layers": 2, "decoder_layers": 3,
         "num_attention_heads": 4, "num_heads": 4, "n_head": 4, "n_heads": 4, "encoder_attention_heads": 4, "decoder_attention_heads": 4,
         "vocab_size": 320, "head_dim": 16, "d_kv": 16, "moe_intermediate_size": 32, "shared_expert_intermediate_size": 48,
         "num_experts": 8, "num_local_experts": 8, "num_experts_per_tok": 2, "max_source_positions": 60}
KEEP_GROUPS = ("num_key_value_heads", "num_kv_heads")
TOKENS = 48
DROPOUTS = ("hidden_dropout_prob", "attention_probs_dropout_prob", "attn_pdrop", "embd_pdrop", "resid_pdrop", "dropout", "attention_dropout",
            "dropout_rate", "hidden_dropout", "activation_dropout")
TIED_UNTIL_READ = ("t5", "mt5", "umt5")


def configuration(values):
    """transformers' configuration, as it reads config.json."""
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "config.json").write_text(json.dumps(values))
        return transformers.AutoConfig.from_pretrained(folder)


def network(values, device="meta"):
    config = configuration(values)
    config._experts_implementation = "eager"
    cls = getattr(transformers, values["architectures"][0])
    with torch.device(device):
        return cls(config)


def parameters(model, values):
    """As published. transformers 5 ties the output of every T5 until it reads weights that are not tied."""
    untied = values["model_type"] in TIED_UNTIL_READ and not values.get("tie_word_embeddings", True) and hasattr(model, "lm_head")
    return sum(p.numel() for p in model.parameters()) + (model.lm_head.weight.numel() if untied else 0)


def described(what, *options):
    done = subprocess.run([JOULECAST, "model", str(what), "--json", "-", "--totals", *map(str, options)], capture_output=True, text=True)
    if done.returncode:
        raise AssertionError(done.stderr)
    return json.loads(done.stdout)


def counted(what, *options):
    return described(what, *options)["totals"]


def small(values):
    values = {key: SMALL.get(key, value) for key, value in values.items()}
    for key in KEEP_GROUPS:
        if key in values:
            values[key] = 2
    if "word_embed_proj_dim" in values:
        values["word_embed_proj_dim"] = 32 if values["word_embed_proj_dim"] == 512 else 64
    if values["model_type"] == "deberta-v2":
        values["position_buckets"] = 16
    if values["model_type"] == "gptj":
        values["rotary_dim"] = 8
    if values["model_type"] == "gpt_neo":
        values["attention_types"] = [[["global", "local"], 1]]
    if "bos_token_id" not in values:
        values.update(bos_token_id=1, eos_token_id=2, pad_token_id=0)
    return values


def flops(model, values):
    model = model.eval()
    with FlopCounterMode(display=False) as counter:
        tokens = torch.randint(3, 300, (1, TOKENS))
        kind = values["model_type"]
        if kind == "whisper":
            model(input_features=torch.randn(1, values["num_mel_bins"], 2 * values["max_source_positions"]), decoder_input_ids=tokens)
        elif kind == "vit":
            model(pixel_values=torch.randn(1, 3, values["image_size"], values["image_size"]))
        elif kind in ("t5", "mt5", "umt5"):
            model(input_ids=tokens, decoder_input_ids=tokens)
        else:
            model(input_ids=tokens)
    return counter.get_total_flops()


def kept_bytes(model, values, batch, mixed=False):
    """What autograd keeps for the backward pass beside the parameters, each storage once."""
    own = {p.untyped_storage().data_ptr() for p in model.parameters()}
    sizes, alive = {}, []

    def pack(tensor):
        alive.append(tensor)
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            sizes[storage.data_ptr()] = storage.nbytes()
        return tensor

    tokens = torch.randint(3, 300, (batch, TOKENS))
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor), torch.autocast("cpu", torch.bfloat16, enabled=mixed):
        if values["model_type"] == "vit":
            model(pixel_values=torch.randn(batch, 3, values["image_size"], values["image_size"]))
        elif values["model_type"] == "t5":
            model(input_ids=tokens, decoder_input_ids=tokens, use_cache=False)
        else:
            model(input_ids=tokens)
    return sum(sizes.values())


VIT = {"model_type": "vit", "architectures": ["ViTForImageClassification"], "hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12,
       "intermediate_size": 3072, "image_size": 64, "patch_size": 16}
BERT = {"hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12, "intermediate_size": 3072, "vocab_size": 30522,
        "max_position_embeddings": 512, "type_vocab_size": 2}
OTHERS = [VIT, {**VIT, "architectures": ["ViTModel"]}]
for kind, name in (("bert", "Bert"), ("roberta", "Roberta"), ("deberta", "Deberta"), ("deberta-v2", "DebertaV2"), ("modernbert", "ModernBert"), ("distilbert", "DistilBert")):
    for ending in ("Model", "ForMaskedLM", "ForSequenceClassification", "ForTokenClassification", "ForQuestionAnswering"):
        if kind.startswith("deberta"):
            base = PRESETS["deberta-v3-base" if kind == "deberta-v2" else "deberta-base"]
        elif kind == "modernbert":
            base = PRESETS["modernbert-base"]
        elif kind == "distilbert":
            base = {"dim": 768, "n_layers": 6, "n_heads": 12, "hidden_dim": 3072, "vocab_size": 30522, "max_position_embeddings": 512}
        else:
            base = BERT
        OTHERS.append({**base, "model_type": kind, "architectures": [name + ending]})
OTHERS.append({**PRESETS["deberta-v3-base"], "pos_att_type": "p2c|c2p"})
OTHERS.append({**BERT, "model_type": "bert", "architectures": ["BertForPreTraining"]})
OTHERS.append({**PRESETS["mt5-small"], "model_type": "umt5", "architectures": ["UMT5ForConditionalGeneration"]})
for name, ending in (("llama-3-8b", "LlamaForSequenceClassification"), ("gpt2", "GPT2ForSequenceClassification"), ("qwen3-0.6b", "Qwen3Model")):
    base = PRESETS.get(name) or {"model_type": "gpt2", "n_embd": 768, "n_layer": 12, "n_head": 12, "vocab_size": 50257, "n_positions": 1024}
    OTHERS.append({**base, "architectures": [ending]})
OTHERS.append({**PRESETS["t5-small"], "architectures": ["T5EncoderModel"]})
OTHERS.append({**PRESETS["mt5-small"], "model_type": "umt5", "architectures": ["UMT5EncoderModel"]})
# Mixtures whose files do not say the width of a head, or that they have no biases.
MIXTURE = {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 8, "num_key_value_heads": 4, "intermediate_size": 96, "moe_intermediate_size": 32,
           "num_experts": 4, "num_experts_per_tok": 2, "vocab_size": 100, "max_position_embeddings": 64}
OTHERS.append({**MIXTURE, "model_type": "qwen3_moe", "architectures": ["Qwen3MoeForCausalLM"]})
OTHERS.append({**MIXTURE, "model_type": "qwen2_moe", "shared_expert_intermediate_size": 48, "qkv_bias": False, "architectures": ["Qwen2MoeForCausalLM"]})


class Networks(unittest.TestCase):
    def test_every_known_size_has_the_librarys_parameters(self):
        for name, values in PRESETS.items():
            with self.subTest(name):
                self.assertEqual(counted(name)["parameters"], parameters(network(values), values))

    def test_every_head_has_the_librarys_parameters(self):
        for values in OTHERS:
            with self.subTest(values["architectures"][0]), tempfile.TemporaryDirectory() as folder:
                (pathlib.Path(folder) / "config.json").write_text(json.dumps(values))
                self.assertEqual(counted(folder)["parameters"], parameters(network(values), values))

    def test_what_the_library_writes_is_read(self):
        """save_pretrained leaves out what is the same for all models and writes much more than we need."""
        families = {}
        for name, values in PRESETS.items():
            if values["model_type"] not in TIED_UNTIL_READ:  # it would write that they are tied
                families.setdefault(values["model_type"], (name, values))
        for name, values in families.values():
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                configuration(values).save_pretrained(folder)
                self.assertEqual(counted(folder)["parameters"], counted(name)["parameters"])

    def test_arithmetic_is_within_a_hundredth(self):
        seen = set()
        for values in [*PRESETS.values(), *OTHERS]:
            shape = (values["model_type"], values["architectures"][0], values.get("new_decoder_architecture"), values.get("multi_query"),
                     values.get("feed_forward_proj"), values.get("conv_kernel_size"), values.get("word_embed_proj_dim") == 512)
            if shape in seen:
                continue
            seen.add(shape)
            tiny = small(values)
            with self.subTest(str(shape)), tempfile.TemporaryDirectory() as folder:
                (pathlib.Path(folder) / "config.json").write_text(json.dumps(tiny))
                model = network(tiny, "cpu")
                own = counted(folder, *([] if tiny["model_type"] == "vit" else ["--sequence", TOKENS]))
                self.assertEqual(own["parameters"], parameters(model, tiny))
                self.assertAlmostEqual(2 * own["macs"] / flops(model, tiny), 1, delta=0.01)

    def test_what_the_backward_pass_needs_is_near(self):
        """Implementations differ in the small: within a quarter for every family, within a tenth for most (in mixed precision a fifth)."""
        gpt2 = {"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "n_embd": 768, "n_layer": 12, "n_head": 12, "vocab_size": 50257,
                "n_positions": 1024}
        bert = {**BERT, "model_type": "bert", "architectures": ["BertForMaskedLM"]}
        names = ("llama-3-8b", "qwen3-8b", "gemma-7b", "gemma-2-2b", "phi-2", "phi-3-mini", "mixtral-8x7b", "gpt-j-6b", "pythia-1b", "opt-1.3b",
                 "falcon-7b", "mpt-7b", "bloom-560m", "t5-small", "modernbert-base")
        for precision in ("fp32", "amp-bf16"):
            ratios = []
            for values in [*(PRESETS[name] for name in names), gpt2, bert, VIT]:
                tiny = {**small(values), **{key: 0.0 for key in DROPOUTS}}
                model = network(tiny, "cpu").train()
                with self.subTest(f"{tiny['model_type']} {precision}"), tempfile.TemporaryDirectory() as folder:
                    (pathlib.Path(folder) / "config.json").write_text(json.dumps(tiny))
                    sequence = [] if tiny["model_type"] == "vit" else ["--sequence", TOKENS]
                    own = described(folder, "--precision", precision, *sequence)["training_step"]["peak_memory_bytes"]["activations"]
                    mixed = precision != "fp32"
                    ratio = own / ((kept_bytes(model, tiny, 3, mixed) - kept_bytes(model, tiny, 1, mixed)) / 2)
                    ratios.append(abs(ratio - 1))
                    self.assertAlmostEqual(ratio, 1, delta=0.25)
            self.assertLess(sorted(ratios)[len(ratios) * 3 // 4], 0.2 if mixed else 0.1)


if __name__ == "__main__":
    unittest.main()

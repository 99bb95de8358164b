"""Describes real PyTorch modules: the figures are those of the same networks by name, and nothing of a module changes."""
import unittest
import warnings

import libraries

libraries.require("torch")
import joulecast
import torch
from support import PackageTest
from torch import nn


def figures(network):
    return network.parameters, network.macs, network.flops, network.activation_bytes, network.depth


class ByName(unittest.TestCase):
    """Networks of torchvision against our own descriptions of them, which are tested against published figures."""

    def setUp(self):
        libraries.require("torchvision")

    def live(self, name):
        import torchvision

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = getattr(torchvision.models, name)(weights=None)
        return joulecast.describe(model, input_shape=(3, 224, 224), name=name)

    def test_convolutional_networks_agree_in_every_figure(self):
        for name in ("resnet50", "vgg16", "mobilenet_v2", "densenet121", "efficientnet_b0", "squeezenet1_0"):
            with self.subTest(name):
                self.assertEqual(figures(self.live(name)), figures(joulecast.describe(name)))

    def test_a_vision_transformer_agrees_in_its_products(self):
        live, named = self.live("vit_b_16"), joulecast.describe("vit_b_16")
        self.assertEqual((live.parameters, live.macs, live.depth, live.uncounted), (named.parameters, named.macs, named.depth, {}))

    def test_the_same_layers_predict_the_same_energy(self):
        asked = {"gpu": "A100-SXM4-80GB", "batch": 64, "epochs": 1, "samples": 1000}
        live, = joulecast.predict(self.live("resnet50"), **asked).predictions
        named, = joulecast.predict("resnet50", **asked).predictions
        for figure in ("power_w", "epoch_energy_j", "epoch_time_s"):
            self.assertEqual(getattr(live, figure).value, getattr(named, figure).value, figure)
        self.assertEqual(live.memory_needed_gb, named.memory_needed_gb)


def kept_by_autograd(model, batch):
    """Bytes of a sample that PyTorch itself keeps for the backward pass, without weights."""
    weights = {weight.untyped_storage()._cdata for weight in model.parameters()}
    kept = {}

    def keep(tensor):
        storage = tensor.untyped_storage()
        if storage._cdata not in weights:
            kept[storage._cdata] = storage
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        result = model(batch)
    del result
    return sum(storage.nbytes() for storage in kept.values()) / len(batch)


class Kept(unittest.TestCase):
    """What is kept for the backward pass, against PyTorch's autograd. (Without dropout, whose masks are larger on a CPU.)"""

    def test_networks_of_torchvision(self):
        libraries.require("torchvision")
        import torchvision

        for name in ("resnet18", "mobilenet_v2", "vit_b_16", "convnext_tiny"):
            with self.subTest(name):
                model = getattr(torchvision.models, name)(weights=None)
                counted = joulecast.describe(model, input_shape=(3, 224, 224)).activation_bytes
                self.assertAlmostEqual(counted / kept_by_autograd(model, torch.zeros(2, 3, 224, 224)), 1, delta=0.02)

    def test_language_models(self):
        libraries.require("transformers")
        import transformers

        small = {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 128, "vocab_size": 100}
        for model in (transformers.LlamaForCausalLM(transformers.LlamaConfig(**small, num_key_value_heads=2)),
                      transformers.BertModel(transformers.BertConfig(**small, hidden_dropout_prob=0, attention_probs_dropout_prob=0)),
                      transformers.GPT2LMHeadModel(transformers.GPT2Config(n_embd=64, n_layer=2, n_head=4, vocab_size=100, resid_pdrop=0,
                                                                           embd_pdrop=0, attn_pdrop=0))):
            with self.subTest(type(model).__name__):
                counted = joulecast.describe(model, input_shape=64).activation_bytes
                self.assertAlmostEqual(counted / kept_by_autograd(model, torch.zeros(2, 64, dtype=torch.long)), 1, delta=0.03)


class Configurations(PackageTest):
    """Live models against what the core makes of their config.json: two ways to the same figures."""

    def setUp(self):
        super().setUp()
        libraries.require("transformers")

    def test_parameters_and_products_agree(self):
        import transformers

        small = {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 128, "vocab_size": 1000}
        shared = {**small, "num_key_value_heads": 2}
        for kind, configuration in (
                ("BertForMaskedLM", transformers.BertConfig(**small)), ("RobertaModel", transformers.RobertaConfig(**small)),
                ("DistilBertModel", transformers.DistilBertConfig(dim=64, n_layers=2, n_heads=4, hidden_dim=128)),
                ("DebertaV2Model", transformers.DebertaV2Config(**small)), ("GPT2LMHeadModel", transformers.GPT2Config(n_embd=64, n_layer=2, n_head=4)),
                ("OPTForCausalLM", transformers.OPTConfig(hidden_size=64, num_hidden_layers=2, num_attention_heads=4, ffn_dim=128)),
                ("GPTNeoXForCausalLM", transformers.GPTNeoXConfig(**small)), ("LlamaForCausalLM", transformers.LlamaConfig(**shared)),
                ("MistralForCausalLM", transformers.MistralConfig(**shared)), ("Qwen2ForCausalLM", transformers.Qwen2Config(**shared)),
                ("Qwen3ForCausalLM", transformers.Qwen3Config(**shared)), ("GemmaForCausalLM", transformers.GemmaConfig(**shared)),
                ("PhiForCausalLM", transformers.PhiConfig(**small)), ("MixtralForCausalLM", transformers.MixtralConfig(**shared, num_local_experts=4))):
            with self.subTest(kind), torch.device("meta"):
                configuration.architectures = [kind]
                folder = self.folder / kind
                configuration.save_pretrained(folder)
                live = joulecast.describe(getattr(transformers, kind)(configuration), input_shape=64)
                told = joulecast.describe(folder / "config.json", sequence=64)
                self.assertEqual((live.parameters, live.macs), (told.parameters, told.macs))


class Transformers(unittest.TestCase):
    def setUp(self):
        libraries.require("transformers")

    def test_bert_has_its_published_parameters_and_the_products_of_our_own(self):
        import transformers

        live = joulecast.describe(transformers.BertModel(transformers.BertConfig()), input_shape=128)
        named = joulecast.describe("bert_base")
        self.assertEqual(live.parameters, 109_482_240)
        self.assertEqual((live.macs, live.depth, live.uncounted), (named.macs, named.depth, {}))

    def test_gpt2_counts_its_tied_weights_once(self):
        import transformers

        self.assertEqual(joulecast.describe(transformers.GPT2LMHeadModel(transformers.GPT2Config()), input_shape=64).parameters, 124_439_808)

    def test_several_inputs_are_given_by_name(self):
        import transformers

        config = transformers.T5Config(num_layers=1, d_model=64, d_kv=16, d_ff=128, num_heads=4, vocab_size=100)
        model = transformers.T5ForConditionalGeneration(config)
        network = joulecast.describe(model, input_shape={"input_ids": 32, "decoder_input_ids": 16})
        self.assertEqual(network.parameters, sum(weight.numel() for weight in model.parameters()))

    def test_experts_are_counted_for_the_tokens_that_they_get(self):
        import transformers

        config = transformers.MixtralConfig(hidden_size=64, intermediate_size=128, num_hidden_layers=1, num_attention_heads=4,
                                            num_key_value_heads=2, vocab_size=100, num_local_experts=4, num_experts_per_tok=2)
        network = joulecast.describe(transformers.MixtralForCausalLM(config), input_shape=16)
        projections = 16 * (64 * 64 * 2 + 64 * 32 * 2) + 2 * 16 * 16 * 64  # query and output, key and value; attention
        self.assertEqual(network.macs, projections + 16 * 64 * 4 + 2 * 16 * 64 * 128 * 3 + 16 * 64 * 100)


class Modules(unittest.TestCase):
    def test_a_perceptron_by_hand(self):
        model = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Dropout(0.1), nn.Linear(128, 10))
        network = joulecast.describe(model, input_shape=784)
        self.assertEqual([layer.operation for layer in network.layers], ["dense", "relu", "dropout", "dense"])
        self.assertEqual([layer.name for layer in network.layers], ["0", "1", "2", "3"])
        self.assertEqual((network.name, network.parameters, network.macs), ("Sequential", 101_770, 784 * 128 + 1280))
        # Kept: the input, what ReLU gives, dropout's mask, what the last layer takes.
        self.assertEqual(network.activation_bytes, 4 * 784 + 4 * 128 + 128 + 4 * 128)

    def test_recurrent_layers_are_counted_as_a_whole(self):
        network = joulecast.describe(nn.LSTM(32, 64, 2, batch_first=True, bidirectional=True), input_shape=(20, 32))
        self.assertEqual([(layer.kind, layer.parameters, layer.macs) for layer in network.layers],
                         [("recurrent", 50_176, 20 * 2 * 4 * 64 * 96), ("recurrent", 99_328, 20 * 2 * 4 * 64 * 192)])

    def test_attention_on_the_device_meta_is_fused_as_elsewhere(self):
        class Attention(nn.Module):
            def __init__(self):
                super().__init__()
                self.mix = nn.Linear(64, 192)

            def forward(self, x):
                query, key, value = (part.unflatten(-1, (4, 16)).transpose(1, 2) for part in self.mix(x).chunk(3, -1))
                return nn.functional.scaled_dot_product_attention(query, key, value)

        here = joulecast.describe(Attention(), input_shape=(128, 64))
        with torch.device("meta"):
            there = joulecast.describe(Attention(), input_shape=(128, 64))
        self.assertEqual((there.activation_bytes, there.macs), (here.activation_bytes, here.macs))

    def test_a_projected_state_is_narrower(self):
        network = joulecast.describe(nn.LSTM(16, 24, proj_size=8), input_shape=(10, 16))
        self.assertEqual(network.macs, 10 * (4 * 24 * (16 + 8) + 24 * 8))

    def test_tokens_are_found_out(self):
        network = joulecast.describe(nn.Sequential(nn.Embedding(1000, 64), nn.Flatten(), nn.Linear(640, 3)), input_shape=10)
        self.assertEqual([layer.kind for layer in network.layers], ["embedding", "dense"])

    def test_a_batch_of_the_loader_will_do(self):
        model = nn.Linear(8, 4)
        self.assertEqual(joulecast.describe(model, inputs=torch.zeros(16, 8)).macs, 32)
        self.assertEqual(joulecast.describe(model, inputs=(torch.zeros(16, 8),)).macs, 32)
        self.assertEqual(joulecast.describe(model, inputs={"input": torch.zeros(16, 8)}).macs, 32)

    def test_half_precision_halves_the_activations(self):
        model = nn.Sequential(nn.Linear(8, 4), nn.Tanh())
        whole = joulecast.describe(model, input_shape=8).activation_bytes
        self.assertEqual(joulecast.describe(model.bfloat16(), input_shape=8).activation_bytes, whole / 2)

    def test_meta_modules_and_compiled_ones(self):
        with torch.device("meta"):
            self.assertEqual(joulecast.describe(nn.Linear(8, 4), input_shape=8).parameters, 36)
        self.assertEqual(joulecast.describe(torch.compile(nn.Linear(8, 4)), input_shape=8).name, "Linear")

    def test_the_largest_batch_for_a_gpu(self):
        model = nn.Sequential(nn.Linear(1000, 1000), nn.ReLU(), nn.Linear(1000, 10))
        network = joulecast.describe(model, input_shape=1000, gpu="A100-SXM4-80GB", precision="amp-bf16")
        self.assertGreater(network.largest_batch, 1_000_000)

    def test_batch_and_optimizer_make_the_memory(self):
        model = nn.Linear(1000, 1000)
        small = joulecast.describe(model, input_shape=1000)
        large = joulecast.describe(model, input_shape=1000, batch=64, optimizer="adam", name="mine")
        self.assertEqual((large.batch, large.name), (64, "mine"))
        self.assertGreater(large.memory_bytes, small.memory_bytes + 2 * 4 * 1_000_000)

    def test_checkpointing_keeps_the_inputs_of_repeated_blocks(self):
        block = lambda: nn.Sequential(nn.Linear(64, 256), nn.GELU(), nn.Linear(256, 64))
        model = nn.Sequential(*[block() for _ in range(8)])
        kept = {checkpointing: joulecast.describe(model, input_shape=64, checkpointing=checkpointing).memory_parts["activations"]
                for checkpointing in (False, True)}
        one = 4 * (64 + 2 * 256)
        self.assertEqual(kept, {False: 8 * one, True: 8 * 4 * 64 + one})

    def test_a_custom_operator_is_named_and_not_guessed(self):
        @torch.library.custom_op("joulecast_test::twice", mutates_args=())
        def twice(x: torch.Tensor) -> torch.Tensor:
            return 2 * x

        twice.register_fake(torch.empty_like)

        class Own(nn.Module):
            def forward(self, x):
                return twice(x)

        self.assertEqual(joulecast.describe(Own(), input_shape=8).uncounted, {"joulecast_test::twice": 1})

    def test_unused_and_frozen_weights_are_noted(self):
        class Idle(nn.Linear):
            def __init__(self):
                super().__init__(8, 4)
                self.idle = nn.Linear(100, 1)
                self.bias.requires_grad = False

        network = joulecast.describe(Idle(), input_shape=8)
        self.assertEqual(network.parameters, 36)
        self.assertTrue(any(note.startswith("101 parameters") for note in network.notes), network.notes)
        self.assertTrue(any(note.startswith("4 parameters are frozen") for note in network.notes), network.notes)

    def test_a_wrong_shape_is_one_line_about_it(self):
        with self.assertRaisesRegex(joulecast.InvalidError, "^input_shape: the model fails on such an input: .*784"):
            joulecast.describe(nn.Linear(784, 10), input_shape=(3,))

    def test_layers_without_a_size_are_named_instead_of_the_shape(self):
        model = nn.Sequential(nn.LazyLinear(10))
        with self.assertRaisesRegex(joulecast.InvalidError, "^model: has lazy layers"):
            joulecast.describe(model, input_shape=(8,))
        model(torch.zeros(1, 8))
        self.assertEqual(joulecast.describe(model, input_shape=(8,)).parameters, 90)


class Unchanged(PackageTest):
    class Looks(nn.Module):
        """Looks at its numbers, counts its calls and keeps what it saw."""

        def __init__(self):
            super().__init__()
            self.inner = nn.Linear(8, 8)
            self.norm = nn.BatchNorm1d(8)
            self.calls = 0

        def forward(self, x):
            self.calls += 1
            self.seen = self.norm(self.inner(x))
            self.register_buffer("last", self.seen.detach())
            return self.seen * 2 if self.seen.sum().item() > 0 else self.seen

    def test_a_module_is_as_before(self):
        for model in (self.Looks().eval(), nn.Sequential(nn.Linear(8, 8), nn.BatchNorm1d(8), nn.Dropout(0.5))):
            with self.subTest(type(model).__name__):
                kept = {key: value.clone() for key, value in model.state_dict().items()}
                attributes = [set(vars(module)) for module in model.modules()]
                training, random = model.training, torch.get_rng_state()
                joulecast.describe(model, input_shape=8)
                self.assertEqual(kept.keys(), model.state_dict().keys())
                self.assertTrue(all(torch.equal(value, model.state_dict()[key]) for key, value in kept.items()))
                self.assertEqual(attributes, [set(vars(module)) for module in model.modules()])
                self.assertEqual((training, getattr(model, "calls", 0)), (model.training, 0))
                self.assertTrue(torch.equal(random, torch.get_rng_state()))
                self.assertFalse(model[0]._forward_hooks if isinstance(model, nn.Sequential) else model._forward_hooks)

    def test_a_module_that_looks_at_numbers_runs_on_real_ones_and_says_so(self):
        network = joulecast.describe(self.Looks(), input_shape=8)
        self.assertEqual(network.macs, 64)
        self.assertTrue(any("real ones" in note for note in network.notes))

    def test_it_trains_on_after_a_failure(self):
        model = nn.Linear(8, 1)
        with self.assertRaises(joulecast.InvalidError):
            joulecast.describe(model, input_shape=7)
        model(torch.zeros(2, 8)).sum().backward()
        self.assertIs(type(model.weight.grad), torch.Tensor)

    def test_a_large_module_needs_no_memory(self):
        done = self.run_program("""
            import joulecast, resource, torch
            with torch.device("meta"):
                model = torch.nn.Sequential(*[torch.nn.Linear(20_000, 20_000) for _ in range(10)])
            resource.setrlimit(resource.RLIMIT_DATA, (4 << 30, 4 << 30))
            print(joulecast.describe(model, input_shape=20_000, batch=8).parameters)
            """)
        self.assertEqual((done.returncode, done.stdout.strip()), (0, "4000200000"), done.stderr)

    def test_the_page_runs(self):
        libraries.require("torchvision")
        done = libraries.run_example(self, "describe")
        self.assertIn("25,557,032", done.stdout)
        self.assertNotIn("Error", done.stderr)


if __name__ == "__main__":
    unittest.main()

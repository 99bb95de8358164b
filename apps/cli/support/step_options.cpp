#include "cli/support/step_options.hpp"

namespace joulecast::cli {
namespace {

constexpr int most = 1 << 20;

/// The requests name these alike.
template <typename Request>
void add_memory_options_of(Arguments app, Request& request) {
  app.add_option("--accumulate", request.accumulate, "Smaller batches whose gradients make a step")
      .show_default()
      .whole_between(1, most);
  app.add_flag("--checkpointing", request.checkpointing,
               "Activations are computed again for the backward pass");
  app.add_option("--lora", request.lora,
                 "Low-rank adapters of this rank beside each dense layer but the head; all else is frozen");
  app.add_option(
      "--freeze", request.freeze,
      "What is not trained: backbone (all but the head), or a number of first layers with weights");
  app.add_option("--shard", request.shard,
                 "What the GPUs share: 1 optimizer state, 2 gradients too, 3 weights too (ZeRO, FSDP)")
      .show_default()
      .whole_between(0, 3);
}

}  // namespace

void add_memory_options(Arguments app, session::NetworkRequest& network) {
  add_memory_options_of(app, network);
}
void add_memory_options(Arguments app, session::StepRequest& step) {
  add_memory_options_of(app, step);
}

void add_step_options(Arguments app, session::StepRequest& step) {
  app.add_option("--precision", step.precision,
                 "fp32, tf32, amp-fp16, amp-bf16, fp16, bf16, amp-fp8, fp8, mxfp8 or nvfp4")
      .show_default();
  app.add_option("--memory-format", step.memory_format, "Of images: nchw or nhwc (channels last)")
      .show_default();
  app.add_flag("--compile", step.compile, "Operators are fused (torch.compile)");
  add_memory_options(app, step);
  app.add_option("--nodes", step.nodes, "Machines that the GPUs stand in")
      .show_default()
      .whole_between(1, most);
  app.add_option("--tensor-parallel", step.tensor_parallel, "GPUs that divide each product")
      .show_default()
      .whole_between(1, most);
  app.add_option("--pipeline-parallel", step.pipeline_parallel, "GPUs that divide the layers")
      .show_default()
      .whole_between(1, most);
  app.add_option("--interconnect", step.interconnect,
                 "Between the GPUs of a node: nvlink or pcie; the board's usual otherwise");
}

}  // namespace joulecast::cli

#include "run/command_name.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <span>
#include <string_view>

#include "base/text.hpp"

namespace joulecast::run {
namespace {

using Words = std::span<const std::string>;

enum class Runs {
  script,   ///< a program text: the first word that is no option
  command,  ///< another command with its own arguments
};

/// A program that only starts another one. Words in the lists are separated by blanks.
struct Launcher {
  std::string_view name;
  Runs runs;
  std::string_view subcommand = "";    ///< without it nothing is started: accelerate launch, uv run
  std::string_view valued = "";        ///< options whose value is the next word
  int operands = 0;                    ///< words before the command: timeout 5m COMMAND
  std::string_view ends_in_text = "";  ///< options behind which there is no script but program text
};

constexpr std::array launchers{
    Launcher{"python", Runs::script, "", "-W -X --check-hash-based-pycs", 0, "-c"},
    Launcher{"ipython", Runs::script, "", "--profile --matplotlib", 0, "-c"},
    Launcher{"bash", Runs::script, "", "-o -O --rcfile --init-file", 0, "-c"},
    Launcher{"sh", Runs::script, "", "-o", 0, "-c"},
    Launcher{"dash", Runs::script, "", "-o", 0, "-c"},
    Launcher{"zsh", Runs::script, "", "-o", 0, "-c"},
    Launcher{"ksh", Runs::script, "", "-o", 0, "-c"},
    Launcher{"fish", Runs::script, "", "", 0, "-c --command"},
    Launcher{"Rscript", Runs::script, "", "", 0, "-e"},
    Launcher{"julia", Runs::script, "", "-t -p -L -J -C --threads --procs --load --sysimage", 0, "-e -E"},
    Launcher{"node", Runs::script, "", "-r --require --import", 0, "-e -p --eval --print"},
    Launcher{"perl", Runs::script, "", "-I", 0, "-e -E"},
    Launcher{"ruby", Runs::script, "", "-I -r", 0, "-e"},
    Launcher{"lua", Runs::script, "", "-l", 0, "-e"},
    Launcher{"th", Runs::script, "", "-l", 0, "-e"},
    Launcher{
        "torchrun", Runs::script, "",
        "--nproc_per_node --nnodes --node_rank --rdzv_backend --rdzv_endpoint --rdzv_id --rdzv_conf "
        "--max_restarts --monitor_interval --start_method --role --log_dir --redirects --tee --master_addr "
        "--master_port --local_addr --local_ranks_filter -r -t"},
    Launcher{"accelerate", Runs::script, "launch",
             "--config_file --num_processes --num_machines --machine_rank --mixed_precision --gpu_ids "
             "--main_process_ip --main_process_port --num_cpu_threads_per_process --dynamo_backend"},
    Launcher{"deepspeed", Runs::script, "",
             "-H -i -e --hostfile --include --exclude --num_nodes --num_gpus --master_port --master_addr "
             "--launcher --launcher_args --autotuning"},
    Launcher{"composer", Runs::script, "",
             "-n --nproc --world_size --base_rank --node_rank --master_addr --master_port"},
    Launcher{"lightning", Runs::script, "run", "--accelerator --strategy --devices --num-nodes --precision"},
    Launcher{"fabric", Runs::script, "run", "--accelerator --strategy --devices --num-nodes --precision"},
    Launcher{"horovodrun", Runs::command, "", "-np -p -H --num-proc --hosts --hostfile"},
    Launcher{
        "srun", Runs::command, "",
        "-A -c -C -d -D -e -G -i -J -m -n -N -o -p -q -t -w -x --account --cpus-per-task --constraint "
        "--dependency --chdir --error --gpus --gres --input --job-name --ntasks --nodes --output --partition "
        "--qos --time --nodelist --exclude --mem --gpus-per-task --gpus-per-node --ntasks-per-node --mpi "
        "--cpu-bind --distribution"},
    Launcher{"mpirun", Runs::command, "",
             "-n -np -c -H -host --host -hostfile --hostfile -machinefile -wdir --wdir -npernode --map-by "
             "--bind-to "
             "-genv -x -ppn"},
    Launcher{"mpiexec", Runs::command, "",
             "-n -np -c -H -host --host -hostfile --hostfile -machinefile -wdir --wdir -ppn --map-by "
             "--bind-to -x"},
    Launcher{"uv", Runs::command, "run",
             "--with --with-requirements --with-editable --extra --group --only-group --python -p --env-file "
             "--directory --project --package --index --config-file --cache-dir --refresh-package"},
    Launcher{"poetry", Runs::command, "run", "-C --directory -P --project"},
    Launcher{"pipenv", Runs::command, "run", ""},
    Launcher{"pdm", Runs::command, "run", "-p --project -s --site-packages"},
    Launcher{"hatch", Runs::command, "run", ""},
    Launcher{"rye", Runs::command, "run", ""},
    Launcher{"pixi", Runs::command, "run", "-e --environment --manifest-path"},
    Launcher{"conda", Runs::command, "run", "-n --name -p --prefix --cwd"},
    Launcher{"mamba", Runs::command, "run", "-n --name -p --prefix --cwd"},
    Launcher{"micromamba", Runs::command, "run", "-n --name -p --prefix --cwd -r --root-prefix"},
    Launcher{"singularity", Runs::command, "exec", "-B --bind --env -H --home --pwd --overlay --env-file", 1},
    Launcher{"apptainer", Runs::command, "exec", "-B --bind --env -H --home --pwd --overlay --env-file", 1},
    Launcher{"env", Runs::command, "", "-u --unset -C --chdir"},
    Launcher{"sudo", Runs::command, "", "-u -g -C -D -h -p -R -T --user --group"},
    Launcher{"nice", Runs::command, "", "-n --adjustment"},
    Launcher{"ionice", Runs::command, "", "-c -n -p --class --classdata"},
    Launcher{"chrt", Runs::command, "", "-T -P -D", 1},
    Launcher{"nohup", Runs::command, "", ""},
    Launcher{"setsid", Runs::command, "", ""},
    Launcher{"time", Runs::command, "", "-f -o --format --output"},
    Launcher{"timeout", Runs::command, "", "-k -s --kill-after --signal", 1},
    Launcher{"stdbuf", Runs::command, "", "-i -o -e --input --output --error"},
    Launcher{"unbuffer", Runs::command, "", ""},
    Launcher{"taskset", Runs::command, "", "", 1},
    Launcher{"numactl", Runs::command, "",
             "-i -m -N -C -p --interleave --membind --cpunodebind --physcpubind --preferred"},
    Launcher{"xvfb-run", Runs::command, "", "-n -s -e -f --server-num --server-args"},
    Launcher{"exec", Runs::command, "", "-a"},
};

/// Modules that start a script, as `python -m` takes them.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> launching_modules{
    {{"torch.distributed.run", "torchrun"},
     {"torch.distributed.launch", "torchrun"},
     {"torch.distributed.elastic", "torchrun"},
     {"accelerate.commands.launch", "accelerate launch"},
     {"deepspeed.launcher.runner", "deepspeed"},
     {"composer.cli.launcher", "composer"}}};

constexpr std::array<std::string_view, 13> script_suffixes{
    ".py", ".pyc", ".pyz", ".ipynb", ".sh", ".bash", ".zsh", ".R", ".r", ".jl", ".lua", ".pl", ".rb"};

bool lists(std::string_view list, std::string_view word) {
  const auto words = split(list, ' ');
  return std::ranges::find(words, word) != words.end();
}

/// Whether the next word is this option's value. Long options may be cut short and written with either dash.
bool takes_value(const Launcher& launcher, std::string option) {
  if (!option.starts_with("--")) return lists(launcher.valued, option);
  const auto like = [](std::string text) {
    std::ranges::replace(text, '_', '-');
    return text;
  };
  option = like(option);
  return std::ranges::any_of(split(launcher.valued, ' '),
                             [&](auto known) { return like(std::string(known)).starts_with(option); });
}

std::string file_name_of(const std::string& word) {
  const std::filesystem::path path(word);
  return (path.has_filename() ? path : path.parent_path()).filename().string();
}

bool is_script(std::string_view word) {
  return !word.starts_with('-') &&
         std::ranges::any_of(script_suffixes, [&](auto suffix) { return word.ends_with(suffix); });
}

/// "train" of "code/train.py"; "pkg" of "pkg/__main__.py".
std::string script_name(const std::string& word) {
  auto name = file_name_of(word);
  for (const auto suffix : script_suffixes)
    if (name.ends_with(suffix) && name.size() > suffix.size()) {
      name.resize(name.size() - suffix.size());
      break;
    }
  if (name != "__main__") return name;
  const auto folder = std::filesystem::path(word).parent_path().filename().string();
  return folder.empty() ? name : folder;
}

std::string module_name(std::string_view module) {
  if (module.ends_with(".__main__")) module.remove_suffix(std::string_view(".__main__").size());
  return std::string(module.substr(module.rfind('.') + 1));
}

/// python3.11 is python.
const Launcher* launcher_called(const std::string& word) {
  auto name = file_name_of(word);
  const auto digits = name.find_first_of("0123456789");
  const auto is_version = [](char c) { return c == '.' || std::isdigit(static_cast<unsigned char>(c)) != 0; };
  if (digits != std::string::npos && digits > 0 &&
      std::all_of(name.begin() + static_cast<long>(digits), name.end(), is_version))
    name.resize(digits);
  if (name == "pypy") name = "python";
  const auto found = std::ranges::find(launchers, name, &Launcher::name);
  return found == launchers.end() ? nullptr : &*found;
}

std::string name_in(Words words);

std::string name_of_module(Words words) {
  if (words.empty()) return "";
  for (const auto& [module, launcher] : launching_modules) {
    if (words.front() != module) continue;
    std::vector<std::string> rest;
    for (const auto word : split(launcher, ' ')) rest.emplace_back(word);
    rest.insert(rest.end(), words.begin() + 1, words.end());
    return name_in(rest);
  }
  return module_name(words.front());
}

/// What is started where an option that we do not know may have taken the word that looks like it.
Words first_known(Words words) {
  for (std::size_t i = 0; i < words.size(); ++i)
    if (is_script(words[i]) || launcher_called(words[i]) != nullptr) return words.subspan(i);
  return words;
}

std::string name_behind(const Launcher& launcher, Words words) {
  const auto& own = words.front();
  auto rest = words.subspan(1);
  if (!launcher.subcommand.empty()) {
    if (rest.empty() || rest.front() != launcher.subcommand) return file_name_of(own);
    rest = rest.subspan(1);
  }
  bool guessed = false;  // an unknown option stands before the word
  while (!rest.empty()) {
    const auto& word = rest.front();
    const bool assigns = launcher.runs == Runs::command && word.find('=') != std::string::npos;
    if (word == "--") {
      rest = rest.subspan(1);
      guessed = false;
      break;
    }
    if (lists(launcher.ends_in_text, word)) return file_name_of(own);
    if (word == "-m" || word == "--module") {
      if (launcher.runs == Runs::script && rest.size() > 1) return name_of_module(rest.subspan(1));
    }
    if (word.size() < 2 || word.front() != '-') {
      if (!assigns) break;
    } else if (word.find('=') == std::string::npos && takes_value(launcher, word)) {
      rest = rest.subspan(1);
      guessed = false;
    } else {
      guessed = word.find('=') == std::string::npos;
    }
    if (!rest.empty()) rest = rest.subspan(1);
  }
  for (int i = 0; i < launcher.operands && !rest.empty(); ++i) rest = rest.subspan(1);
  if (guessed) rest = first_known(rest);
  if (rest.empty()) return file_name_of(own);
  const bool script = launcher.runs == Runs::script && launcher_called(rest.front()) == nullptr;
  auto name = script ? script_name(rest.front()) : name_in(rest);
  return name.empty() ? file_name_of(own) : name;
}

std::string name_in(Words words) {
  if (words.empty()) return "";
  if (is_script(words.front())) return script_name(words.front());
  if (const auto* launcher = launcher_called(words.front())) return name_behind(*launcher, words);
  return file_name_of(words.front());
}

}  // namespace

std::string run_name_of(const std::vector<std::string>& command) {
  return name_in(command);
}

}  // namespace joulecast::run

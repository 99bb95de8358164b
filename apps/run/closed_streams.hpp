// Standard streams that are closed when joulecast starts.
#pragma once

namespace joulecast::run {

/// Keeps other files from getting the number of a closed standard stream, which joulecast's words and the
/// command's output would then go to. To joulecast and to the command such a stream is as good as closed:
/// writing to it fails, and exec closes it. Call before anything is opened.
void keep_closed_streams_closed();

}  // namespace joulecast::run

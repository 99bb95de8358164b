// A shared library needs a file of its own. Its code is that of the modules that it links.
namespace joulecast {
void shared_library_anchor();
void shared_library_anchor() {}
}  // namespace joulecast

// A plug-in links what its module compiles; it compiles nothing itself.

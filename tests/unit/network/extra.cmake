target_link_libraries(unit_network PRIVATE joulecast::onnx ${ONNX_LIBRARY} ${ONNX_PROTO_LIBRARY} protobuf::libprotobuf) # protobufs of hostile models

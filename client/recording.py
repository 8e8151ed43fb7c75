"""Records the plans that an unmodified PySpark client sends, so that the conversion can be tested without Python.

A server in this process answers just enough for a client to go on. It runs nothing. What differs from one machine or moment to
the next is replaced before a plan is stored: pickled code, Arrow data, folders of source files and random names.
"""

import os
import re
import struct
from concurrent import futures

import grpc
import pyarrow
import pyspark.sql.connect.proto as pb2
import pyspark.sql.connect.proto.base_pb2_grpc as services
from pyspark.sql.connect.expressions import UnresolvedNamedLambdaVariable
from pyspark.sql.connect.plan import LogicalPlan

MAGIC = b"lakesmith plans 1\n"
TEMPORARY_VIEW = re.compile(r"(_pyspark_connect_temp_view_)[0-9a-f]{32}")


class Server(services.SparkConnectServiceServicer):
    """Answers every request with the least that a client accepts, and keeps the plans it was sent."""

    def __init__(self):
        self.plans = []

    def _answer(self, message, request, **fields):
        return message(session_id=request.session_id, server_side_session_id="server", **fields)

    def Config(self, request, context):
        answer = self._answer(pb2.ConfigResponse, request)
        operation = request.operation
        if operation.HasField("get_with_default"):
            answer.pairs.extend(operation.get_with_default.pairs)
        elif operation.HasField("get"):
            values = {
                "spark.connect.session.planCompression.threshold": "-1",
                "spark.connect.session.planCompression.defaultAlgorithm": "NONE",
                "spark.sql.timestampType": "TIMESTAMP_LTZ",
                "spark.sql.session.timeZone": "UTC",
                "spark.sql.session.localRelationCacheThreshold": "67108864",
                "spark.sql.session.localRelationSizeLimit": "3221225472",
                "spark.sql.session.localRelationChunkSizeRows": "10000",
                "spark.sql.session.localRelationChunkSizeBytes": "16777216",
                "spark.sql.session.localRelationBatchOfChunksSizeBytes": "1073741824",
            }
            for key in operation.get.keys:
                answer.pairs.append(pb2.KeyValue(key=key, value=values.get(key, "false")))
        elif operation.HasField("get_option"):
            answer.pairs.extend(pb2.KeyValue(key=key) for key in operation.get_option.keys)
        return answer

    def AnalyzePlan(self, request, context):
        answer = self._answer(pb2.AnalyzePlanResponse, request)
        kind = request.WhichOneof("analyze")
        if kind == "spark_version":
            answer.spark_version.version = "4.2.0"
        elif kind == "schema":
            for name in ("id", "v", "a", "b", "c"):
                field = answer.schema.schema.struct.fields.add(name=name, nullable=True)
                field.data_type.long.SetInParent()
        elif kind == "ddl_parse":
            field = answer.ddl_parse.parsed.struct.fields.add(name="id", nullable=True)
            field.data_type.long.SetInParent()
        elif kind == "is_streaming":
            answer.is_streaming.is_streaming = True
        elif kind == "json_to_ddl":
            answer.json_to_ddl.ddl_string = "id BIGINT"
        return answer

    def ExecutePlan(self, request, context):
        self.plans.append(request.plan)

        def answer(**fields):
            return self._answer(pb2.ExecutePlanResponse, request, operation_id=request.operation_id, **fields)

        command = request.plan.command
        kind = command.WhichOneof("command_type")
        if kind is None:
            schema = pb2.DataType()
            schema.struct.fields.add(name="value", nullable=True).data_type.string.SetInParent()
            yield answer(response_id="1", schema=schema)
            sink = pyarrow.BufferOutputStream()
            table = pyarrow.table({"value": ["true"]})
            with pyarrow.ipc.new_stream(sink, table.schema) as writer:
                writer.write_table(table)
            batch = pb2.ExecutePlanResponse.ArrowBatch(row_count=1, data=sink.getvalue().to_pybytes())
            yield answer(response_id="2", arrow_batch=batch)
        elif kind == "sql_command":
            result = pb2.ExecutePlanResponse.SqlCommandResult(relation=command.sql_command.input)
            yield answer(response_id="1", sql_command_result=result)
        elif kind == "write_stream_operation_start":
            result = pb2.WriteStreamOperationStartResult()
            result.query_id.id, result.query_id.run_id = "query", "run"
            yield answer(response_id="1", write_stream_operation_start_result=result)
        elif kind == "streaming_query_command":
            result = pb2.StreamingQueryCommandResult()
            result.query_id.id, result.query_id.run_id = "query", "run"
            asked = command.streaming_query_command.WhichOneof("command")
            if asked in ("status", "explain", "exception", "await_termination"):
                getattr(result, asked).SetInParent()
            elif asked in ("last_progress", "recent_progress"):
                result.recent_progress.SetInParent()
            yield answer(response_id="1", streaming_query_command_result=result)
        elif kind == "streaming_query_manager_command":
            result = pb2.StreamingQueryManagerCommandResult()
            asked = command.streaming_query_manager_command.WhichOneof("command")
            if asked == "active":
                result.active.SetInParent()
            elif asked == "await_any_termination":
                result.await_any_termination.SetInParent()
            elif asked == "get_query":
                result.query.id.id, result.query.id.run_id = "query", "run"
            yield answer(response_id="1", streaming_query_manager_command_result=result)
        elif kind == "checkpoint_command":
            result = pb2.CheckpointCommandResult()
            result.relation.relation_id = "kept"
            yield answer(response_id="1", checkpoint_command_result=result)
        elif kind == "create_resource_profile_command":
            result = pb2.CreateResourceProfileCommandResult(profile_id=1)
            yield answer(response_id="1", create_resource_profile_command_result=result)
        elif kind == "pipeline_command":
            result = pb2.PipelineCommandResult()
            asked = command.pipeline_command.WhichOneof("command_type")
            if asked == "create_dataflow_graph":
                result.create_dataflow_graph_result.dataflow_graph_id = "graph"
            yield answer(response_id="1", pipeline_command_result=result)
        yield answer(response_id="3", result_complete=pb2.ExecutePlanResponse.ResultComplete())

    def ReleaseExecute(self, request, context):
        return self._answer(pb2.ReleaseExecuteResponse, request)

    def ReleaseSession(self, request, context):
        return self._answer(pb2.ReleaseSessionResponse, request)


def serve():
    """Starts a server on a free port; gives it and the address to connect to."""
    server = Server()
    transport = grpc.server(futures.ThreadPoolExecutor(max_workers=8))
    services.add_SparkConnectServiceServicer_to_server(server, transport)
    port = transport.add_insecure_port("127.0.0.1:0")
    transport.start()
    server.transport = transport  # stops when nothing refers to it
    return server, f"sc://127.0.0.1:{port}"


class Recording:
    """Named plans in the order in which they were recorded."""

    def __init__(self, server, client, folder):
        self.server, self.client, self.folder = server, client, folder
        self.plans = {}

    def query(self, name, build):
        """Records the plan of the DataFrame that `build` gives."""
        self._restart_numbers()
        plan = build()._plan.to_proto(self.client)
        self._keep(name, plan)

    def command(self, name, run, number=-1):
        """Records one plan that the server is sent while `run` runs, by default the last."""
        self._restart_numbers()
        self.server.plans.clear()
        run()
        self._keep(name, self.server.plans[number])

    def commands(self, name, run):
        """Records every command that is sent while `run` runs, numbered from 1."""
        self._restart_numbers()
        self.server.plans.clear()
        run()
        for number, plan in enumerate(list(self.server.plans), 1):
            self._keep(f"{name} {number}", plan)

    def store(self, path):
        """Writes name and bytes of every plan, each after its length."""
        with open(path, "wb") as file:
            file.write(MAGIC)
            for name, plan in self.plans.items():
                for part in (name.encode(), plan.SerializeToString(deterministic=True)):
                    file.write(struct.pack(">I", len(part)) + part)

    def _keep(self, name, plan):
        assert name not in self.plans, name
        kept = type(plan)()
        kept.CopyFrom(plan)
        self._settle(kept)
        self.plans[name] = kept

    @staticmethod
    def _restart_numbers():
        LogicalPlan._nextPlanId = 0
        UnresolvedNamedLambdaVariable._nextVarNameId = 0

    def _settle(self, message):
        """Replaces what differs from one machine or moment to the next."""
        for field, value in message.ListFields():
            if field.name == "call_site":
                message.call_site = value.replace(self.folder + os.sep, "")
            elif field.name == "file_name":
                message.file_name = value.replace(self.folder + os.sep, "")
            elif field.name in ("query", "alias") and field.type == field.TYPE_STRING:
                setattr(message, field.name, TEMPORARY_VIEW.sub(r"\g<1>0", value))
            elif field.name == "python_ver":
                message.python_ver = "3.11"
            elif field.name in ("command", "data") and field.type == field.TYPE_BYTES:
                setattr(message, field.name, field.name.encode())
            elif field.type != field.TYPE_MESSAGE:
                continue
            elif field.message_type.GetOptions().map_entry:
                if field.message_type.fields_by_name["value"].type == field.TYPE_MESSAGE:
                    for inner in value.values():
                        self._settle(inner)
            elif hasattr(value, "ListFields"):
                self._settle(value)
            else:
                for inner in value:
                    self._settle(inner)

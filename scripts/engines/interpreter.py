"""moto.server, with what its interpreter of state machines lacks: Step Functions writes names with
a capital letter, and ECS without one. moto has the translation, and does not call it. And tasks of ECS in a VPC ask moto's
network interfaces for a name that they do not have."""

import botocore.session
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.server import main
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service import StateTaskService


def operation(task, service, action):
    """The operation of AWS that a task calls, by botocore's model."""
    model = botocore.session.get_session().get_service_model(task._get_boto_service_name(service))
    action = action or task._get_boto_service_action()
    return model.operation_model("".join(word.capitalize() for word in action.split("_")))


def parameters(task, values, boto_service_name=None, service_action_name=None):
    task._to_boto_request(values, operation(task, boto_service_name, service_action_name).input_shape)


def response(task, response, boto_service_name=None, service_action_name=None):
    task._from_boto_response(response, operation(task, boto_service_name, service_action_name).output_shape)


StateTaskService._normalise_parameters = parameters
StateTaskService._normalise_response = response
NetworkInterface.private_dns_name = None
main()

# A cache and an ECS service that exist get other groups: the cache is found by the text
# that AWS writes on its interface, the tasks of the service are not, without tags.
# exit 3
# says aws_ecs_service.payments, network_configuration[0].security_groups: the groups change, but its interfaces are not among those that were read
# says Lose access, and no finding is about it
# state aws_elasticache_replication_group.payments 2 {"id": "payments", "replication_group_id": "payments", "description": "Payments", "security_group_ids": ["sg-0a100021"], "engine": "redis", "security_group_names": [], "apply_immediately": null, "at_rest_encryption_enabled": "false"}
# state aws_ecs_service.payments 1 {"id": "arn:aws:ecs:us-east-1:123456789012:service/payments/api", "name": "api", "cluster": "arn:aws:ecs:us-east-1:123456789012:cluster/payments", "scheduling_strategy": "REPLICA", "launch_type": "EC2", "network_configuration": [{"assign_public_ip": false, "subnets": ["subnet-0a1000d0"], "security_groups": ["sg-0a100020"]}]}
resource "aws_elasticache_replication_group" "payments" {
  replication_group_id = "payments"
  description          = "Payments"
  security_group_ids   = ["sg-0a10001d"]
}

resource "aws_ecs_service" "payments" {
  name    = "api"
  cluster = "arn:aws:ecs:us-east-1:123456789012:cluster/payments"
  network_configuration {
    subnets         = ["subnet-0a1000d0"]
    security_groups = ["sg-0a10001d"]
  }
}

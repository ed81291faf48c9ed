# A new Auto Scaling group with a policy of mixed instances, and the launch template of the web
# servers without a version.
# exit 1
# widened critical admin-port-open-to-internet
# says now also of aws_autoscaling_group.web
resource "aws_autoscaling_group" "web" {
  name                = "web"
  min_size            = 1
  max_size            = 1
  vpc_zone_identifier = ["subnet-0a1000a0"]
  mixed_instances_policy {
    launch_template {
      launch_template_specification {
        launch_template_name = "shop-web-servers"
      }
    }
  }
}

package planned

import (
	"fmt"
	"slices"
	"strings"
)

// byName are the types of resources that may name their groups in the place of ids: those of
// the default VPC (API references: Amazon EC2, RequestLaunchTemplateData, SecurityGroups;
// Amazon EC2 Auto Scaling, CreateLaunchConfiguration; AWS Elastic Beanstalk, general options).
var byName = []string{
	"aws_launch_template", "AWS::EC2::LaunchTemplate",
	"aws_launch_configuration", "AWS::AutoScaling::LaunchConfiguration",
	"aws_elastic_beanstalk_environment", "AWS::ElasticBeanstalk::Environment",
	"aws_elastic_beanstalk_configuration_template", "AWS::ElasticBeanstalk::ConfigurationTemplate",
}

// idsOrNames returns the groups of an attribute, which may name them if the type of the
// resource has names.
func (a *action) idsOrNames(v values, key string) (ids []string, known bool) {
	if !slices.Contains(byName, a.Type) {
		return v.idsOf(key, "sg-")
	}
	return a.namedGroups(v, key, "")
}

// setsGroups reports whether a setting of Elastic Beanstalk gives security groups to the
// instances or the load balancer of an environment.
func setsGroups(setting map[string]any) bool {
	name := fmt.Sprint(setting["name"], setting["OptionName"])
	return strings.Contains(name, "SecurityGroups") || strings.Contains(name, "ManagedSecurityGroup")
}

// beanstalk is an environment of Elastic Beanstalk, or a template of its settings. Its
// instances and its load balancer, and groups for them, are made by Elastic Beanstalk.
func (a *action) beanstalk(pass int) {
	a.anything(pass)
	if pass == passAttach && a.staying() && (a.makes() || a.changed("setting") || a.changed("OptionSettings")) {
		a.unknown("", "Elastic Beanstalk creates instances, a load balancer and security groups that are not in the plan")
	}
}

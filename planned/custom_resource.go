package planned

import (
	"slices"
	"strings"
)

// customKind is the other name of the types of custom resources (CloudFormation template
// reference). Those that begin with Custom:: are types of their own.
const customKind = "AWS::CloudFormation::CustomResource"

// harmless are custom resources that the AWS CDK adds to stacks, and that change neither
// groups nor networks (AWS CDK, aws-cdk-lib).
var harmless = []string{
	"Custom::S3AutoDeleteObjects", "Custom::S3BucketNotifications", "Custom::CDKBucketDeployment", "Custom::LogRetention",
	"Custom::ECRAutoDeleteImages", "Custom::CDKECRDeployment", "Custom::CrossRegionExportWriter", "Custom::CrossRegionExportReader",
	"Custom::UserPoolCloudFrontDomainName", "Custom::DescribeCognitoUserPoolDomain", "Custom::AWSCDKOpenIdConnectProvider",
	"Custom::DynamoDBReplica", "Custom::CloudwatchLogResourcePolicy", "Custom::Route53RecordSetDeleter", "Custom::DeleteExistingRecordSet",
}

// isCustom reports whether a type is that of a custom resource. CloudFormation calls a
// function when it is created, changed or deleted, and the function may change anything.
func isCustom(kind string) bool {
	return kind == customKind || strings.HasPrefix(kind, "Custom::")
}

// customOpens says of a custom resource why it is unknown, and is empty of any other.
func customOpens(kind string) string {
	if !isCustom(kind) || slices.Contains(harmless, kind) {
		return ""
	}
	return "sgaudit does not apply custom resources: what their function changes is not in the change set"
}

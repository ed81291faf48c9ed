package awsclient

import (
	"cmp"
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/sgaudit/sgaudit/awsclient/ec2xml"
	"github.com/sgaudit/sgaudit/inventory"
)

func readFlowLogs(ctx context.Context, r *reader, p *pager) error {
	return list(ctx, p, r.ec2.DescribeFlowLogs,
		func(token *string) *ec2.DescribeFlowLogsInput {
			return &ec2.DescribeFlowLogsInput{MaxResults: aws.Int32(pageSize), NextToken: token}
		},
		func(out *ec2.DescribeFlowLogsOutput) ([]types.FlowLog, *string) { return out.FlowLogs, out.NextToken },
		func(l *types.FlowLog) {
			if id, ok := r.id(inventory.PartFlowLogs, "a flow log", l.FlowLogId); ok {
				o := l.DestinationOptions
				if o == nil {
					o = &types.DestinationOptionsResponse{}
				}
				r.region.FlowLogs = append(r.region.FlowLogs, inventory.FlowLog{
					ID: id, Resource: ec2xml.Shared(l.ResourceId), Traffic: string(l.TrafficType),
					Active: aws.ToString(l.FlowLogStatus) == "ACTIVE" && aws.ToString(l.DeliverLogsStatus) != "FAILED",
					Format: ec2xml.Shared(l.LogFormat), Destination: cmp.Or(ec2xml.Shared(l.LogDestination), ec2xml.Shared(l.LogGroupName)), Created: aws.ToTime(l.CreationTime).UTC(),
					Parquet: o.FileFormat == types.DestinationFileFormatParquet, Hive: aws.ToBool(o.HiveCompatiblePartitions), Hourly: aws.ToBool(o.PerHourPartition),
				})
			}
		})
}

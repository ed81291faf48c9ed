package cli

import (
	"strings"

	urfave "github.com/urfave/cli/v2"
)

// examples are the command lines that the help of each verb shows, and that a
// test runs one after the other, so that later ones find the files of earlier
// ones.
var examples = []struct {
	verb  string
	lines []string
}{
	{"demo", []string{"sgaudit demo", "sgaudit demo -o json=demo.json -o csv=demo.csv", "sgaudit demo --min-severity high --group-by vpc"}},
	{"snapshot", []string{"sgaudit snapshot -o yesterday.json.zst", "sgaudit snapshot -o today.json.zst", "sgaudit snapshot --input today.json.zst -o account.sg", "sgaudit snapshot --input account.sg --only shop-web --anonymise -o shared.sg"}},
	{"audit", []string{"sgaudit audit", "sgaudit audit -o table -o json=report.json -o csv=findings.csv", "sgaudit audit --input today.json.zst --fail-on critical", "sgaudit audit --org --role-name sgaudit --group-by account", "sgaudit audit --depth services --config-aggregator us-east-1/organization"}},
	{"show", []string{"sgaudit show report.json --min-severity high", "sgaudit show report.json --group 'shop-*' -o markdown", "sgaudit show report.json -o table=report.txt --width 100", "sgaudit show report.json -o parquet=lake/"}},
	{"merge", []string{"sgaudit audit --region us-east-1 -o json=us-east-1-report.json", "sgaudit audit --region eu-west-1 -o json=eu-west-1-report.json", "sgaudit merge us-east-1-report.json eu-west-1-report.json -o json=all.json -o xlsx=all.xlsx", "sgaudit audit -o part=parts/", "sgaudit merge parts/ -o json=all.json", "sgaudit merge parts/ --wait 3h -o json=all.json"}},
	{"plan-shards", []string{"sgaudit plan-shards --org --role-name sgaudit --shards 50", "sgaudit plan-shards --org --role-name sgaudit --shards 10 --quiet"}},
	{"ddl", []string{"sgaudit ddl parquet", "sgaudit ddl rules-parquet --location s3://my-bucket/sgaudit/rules/"}},
	{"diff", []string{"sgaudit diff yesterday.json.zst today.json.zst", "sgaudit diff yesterday.json.zst today.json.zst -o markdown"}},
	{"rules", []string{"sgaudit rules --open", "sgaudit rules --port tcp/22 --direction inbound", "sgaudit rules --demo --group shop-web -o csv=rules.csv"}},
	{"group", []string{"sgaudit group shop-web --demo", "sgaudit group sg-0a100015 --input today.json.zst -o json"}},
	{"interfaces", []string{"sgaudit interfaces", "sgaudit interfaces --group 'shop-*' -o json=interfaces.json"}},
	{"graph", []string{"sgaudit graph --demo -o svg=account.svg", "sgaudit graph --input today.json.zst --group shop-web -o mermaid"}},
	{"usage", []string{"sgaudit usage --demo", "sgaudit usage --demo --verdict unused --group 'shop-*' -o csv=unused.csv --save-summary september.json.zst", "sgaudit usage --input today.json.zst --summary september.json.zst -o json=usage.json", "sgaudit usage --input today.json.zst --ddl --athena logs.flow_logs", "sgaudit usage --input today.json.zst --sql --dialect spark --since 2026-09-01", "sgaudit usage --flow-logs s3://our-logs/ --since 90d"}},
	{"fix", []string{"sgaudit fix --input today.json.zst -o sh=plan.sh", "sgaudit fix --input report.json --min-severity critical -o markdown", "sgaudit fix --input report.json --finding 900d4b -o terraform", "sgaudit fix --input today.json.zst --tag Team=web -o sh=web.sh", "sgaudit fix --input today.json.zst --usage september.json.zst --check unused-rule -o sh=unused.sh"}},
	{"simulate", []string{"sgaudit simulate plan.sh --input today.json.zst", "sgaudit simulate plan.sh --input today.json.zst --flows september.json.zst", "sgaudit simulate --terraform plan.json --fail-on high --new-only", "sgaudit simulate --change-set changes.json --input today.json.zst -o markdown"}},
	{"except", []string{"sgaudit except 900d4b --input report.json --config sgaudit.yaml --reason 'open until the migration is done'", "sgaudit except 0a05b9 --input report.json --config sgaudit.yaml --reason 'test data' --expires 2099-12-31 --owner shop"}},
	{"trend", []string{"sgaudit audit --history runs", "sgaudit trend runs", "sgaudit trend runs -o json --svg trend.svg"}},
	{"checks", []string{"sgaudit checks", "sgaudit checks --framework fsbp"}},
	{"explain", []string{"sgaudit explain 900d4b --input report.json", "sgaudit explain sg-0a100011 --demo", "sgaudit explain sg-0d200104 --demo --depth services", "sgaudit explain EC2.19"}},
	{"reach", []string{"sgaudit reach --demo --to kind:database --from internet", "sgaudit reach --to shop-postgres --port tcp/5432", "sgaudit reach --to i-0a100005 --port tcp/22 --from internet --expect not-reachable"}},
	{"doctor", []string{"sgaudit doctor", "sgaudit doctor --depth services -o json"}},
	{"config", []string{"sgaudit config show", "sgaudit config check --config sgaudit.yaml"}},
	{"policy", []string{"sgaudit policy", "sgaudit policy --depth services", "sgaudit policy --depth services --config-aggregator organization", "sgaudit policy --role-name sgaudit", "sgaudit policy --flow-logs s3://our-logs/", "sgaudit policy --athena logs.flow_logs --flow-logs s3://our-flow-logs/ --output-location s3://our-results/athena/"}},
	{"completion", []string{"sgaudit completion bash", "sgaudit completion zsh"}},
	{"version", []string{"sgaudit version"}},
}

// showExamples adds its examples to the help of each verb.
func showExamples(verbs []*urfave.Command) {
	for _, v := range verbs {
		for _, e := range examples {
			if e.verb == v.Name {
				v.Description = strings.TrimLeft(v.Description+"\n\nExamples:\n\n  "+strings.Join(e.lines, "\n  "), "\n")
			}
		}
	}
}

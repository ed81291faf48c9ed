package audit

// Rows returns the controls of the rows of a framework, and the checks of each
// that names some.
func (f Framework) Rows() (numbers []string, checks [][]string) {
	for _, row := range f.controls {
		numbers, checks = append(numbers, row.number), append(checks, row.checks)
	}
	return numbers, checks
}

// InformationPasses reports whether findings of severity info fail no control.
func (f Framework) InformationPasses() bool { return f.informationPasses }

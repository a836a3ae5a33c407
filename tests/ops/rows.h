// All rows, by family.
#pragma once

#include <vector>

#include "tests/ops/row.h"

namespace stator::tests {

const std::vector<Row>& activation_rows();
const std::vector<Row>& arrange_rows();
const std::vector<Row>& attention_rows();
const std::vector<Row>& class_loss_rows();
const std::vector<Row>& contraction_rows();
const std::vector<Row>& convolution_rows();
const std::vector<Row>& elementwise_rows();
const std::vector<Row>& extremes_rows();
const std::vector<Row>& indexing_rows();
const std::vector<Row>& loss_rows();
const std::vector<Row>& margin_loss_rows();
const std::vector<Row>& math_rows();
const std::vector<Row>& movement_rows();
const std::vector<Row>& normalization_rows();
const std::vector<Row>& recurrent_rows();
const std::vector<Row>& reduction_rows();
const std::vector<Row>& repeat_rows();
const std::vector<Row>& resize_rows();
const std::vector<Row>& scan_rows();
const std::vector<Row>& source_rows();
const std::vector<Row>& statistics_rows();
const std::vector<Row>& transformer_rows();
const std::vector<Row>& window_rows();

}  // namespace stator::tests

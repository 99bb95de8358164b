for fold in 1 2; do
  echo "Fold $fold/2"
  for epoch in 1 2 3; do
    sleep 0.25
    echo "Epoch $epoch/3 loss: 0.$epoch$fold"
  done
done
